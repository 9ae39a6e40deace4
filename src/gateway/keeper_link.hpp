// The way from one control thread to the keeper: requests out without blocking, answers in as they come. When
// the keeper dies, what is open fails at once, and a successor's socket may be put in at any time.
#pragma once

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
  static net::Task<void> read_answers(std::shared_ptr<KeeperLink> link, std::shared_ptr<net::Socket> socket);

  net::Executor executor_;
  std::shared_ptr<net::Socket> socket_;  // shared with the reader, which may belong to an earlier keeper
  tls::RemoteKeys keys_{*this};
};

}  // namespace sallyport::gateway
