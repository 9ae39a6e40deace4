// The way from one control thread to the keeper: requests out without blocking, answers in as they come. A
// few requests are with the keeper, the others wait here, so that a storm of clients (after a restart all
// come back at once) is served as fast as the keeper signs. One that says nothing for a second fails what is
// open; when it dies that fails at once, and a successor's socket may be put in at any time.
#pragma once

#include <chrono>
#include <deque>
#include <memory>

#include "base/descriptor.hpp"
#include "net/socket.hpp"
#include "tls/remote_key.hpp"

namespace sallyport::gateway {

class KeeperLink : public tls::KeyTransport, public std::enable_shared_from_this<KeeperLink> {
 public:
  static std::shared_ptr<KeeperLink> open(const net::Executor& executor, Descriptor socket);
  explicit KeeperLink(net::Executor executor) : executor_(std::move(executor)) {}

  tls::RemoteKeys& keys() { return keys_; }
  void replace(Descriptor socket);
  void close();  // the keeper sees the end of its socket

  bool send(const tls::KeyRequest& request) override;
  Result<tls::KeyAnswer> receive() override;

 private:
  using Clock = std::chrono::steady_clock;

  static net::Task<void> read_answers(std::shared_ptr<KeeperLink> link, std::shared_ptr<net::Socket> socket);
  static net::Task<void> watch(std::shared_ptr<KeeperLink> link, std::shared_ptr<net::Socket> socket);
  Result<tls::KeyAnswer> take_answer();
  void send_waiting();

  net::Executor executor_;
  std::deque<tls::KeyRequest> waiting_;
  std::size_t with_keeper_ = 0;          // not answered yet
  Clock::time_point heard_;              // the last answer, or the request before which there was none open
  std::shared_ptr<net::Socket> socket_;  // shared with the reader, which may belong to an earlier keeper
  tls::RemoteKeys keys_{*this};
};

}  // namespace sallyport::gateway
