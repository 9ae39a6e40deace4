// The run's tunnel as its coroutine sees it: the worker that carries packets in a thread of its own, and, in
// one row, what the worker tells and the user wishes.
#pragma once

#include <deque>
#include <memory>
#include <variant>

#include "net/signal.hpp"
#include "net/task.hpp"
#include "proto/client_messages.hpp"
#include "tunnel/worker.hpp"

namespace sallyport::client {

// A client has one session with one tunnel at a time.
inline constexpr tunnel::TunnelId only_tunnel{1, 1};

struct TimeUp {};  // somebody set an alarm

using Happening = std::variant<tunnel::Ended, tunnel::Totals, tunnel::DtlsReport, tunnel::RekeyReport,
                               proto::UserWish, TimeUp>;

class Tunnel {
 public:
  // Must go before the loop: the worker's thread posts to it.
  explicit Tunnel(net::Loop& loop);

  // Packets flow between the interface and the gateway from now on. Without a UDP socket there is no DTLS.
  Result<void> start(Descriptor tun, Descriptor udp, tunnel::Attach attach);
  void post(tunnel::Command command) { worker_->post(std::move(command)); }

  // The next thing that happens. One coroutine waits at a time.
  net::Task<Happening> next();
  void put(Happening happening);

 private:
  void tell(tunnel::Event event);  // in the worker's thread

  net::Loop& loop_;
  net::Signal arrived_;
  std::deque<Happening> row_;
  std::unique_ptr<tunnel::Worker> worker_;  // the last member: its thread ends before the others go
};

}  // namespace sallyport::client
