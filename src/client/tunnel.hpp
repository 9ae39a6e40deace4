// The run's tunnel as its coroutine sees it: the worker that carries packets in a thread of its own, one for
// each tunnel that the run builds, and, in one row, what the worker tells, the user wishes and else happens.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "client/front_link.hpp"
#include "client/options.hpp"
#include "net/signal.hpp"
#include "net/task.hpp"
#include "proto/client_messages.hpp"
#include "tunnel/worker.hpp"

namespace sallyport::client {

// Somebody has set an alarm.
struct TimeUp {
  enum class For { goodbye, next_try, end_of_dtls } what = For::goodbye;
};
struct NetworkChanged {};  // the machine's, in whatever way
struct TryEnded {};        // to build a new tunnel: client/reconnect.hpp

using Happening = std::variant<tunnel::Ended, tunnel::Totals, tunnel::DtlsReport, tunnel::RekeyReport,
                               proto::UserWish, TimeUp, NetworkChanged, TryEnded>;

class Tunnel {
 public:
  // Must go before the loop: the worker's thread posts to it.
  Tunnel(net::Loop& loop, const ConnectOptions& options);

  // Where the packets come from and go to; stays through all tunnels of the run.
  void use_interface(HostInterface interface) { interface_ = std::move(interface); }
  bool has_interface() const { return interface_.tun.is_open(); }
  // Packets flow between the interface and the gateway from now on; gives the tunnel its id. Without a UDP
  // socket there is no DTLS.
  Result<void> start(Descriptor udp, tunnel::Attach attach);
  // Without a tunnel nothing happens.
  void post(tunnel::Command command);
  tunnel::TunnelId id() const { return {1, generation_}; }  // of the one that runs
  bool is_running() const { return running_; }

  // Ends it with a word to the gateway or without: when the gateway has closed the connection, or after two
  // seconds, or when the user insists.
  net::Task<void> say_goodbye(std::optional<proto::Disconnect> word);
  // For a last word at the end: looks on until `done`, two seconds have passed or the user insists.
  net::Task<void> look_on(std::function<bool()> done);
  // Closes whatever is left of it. Packets wait in the interface, and nothing of it is in the row any more.
  net::Task<void> stop();
  // By the tunnels of this run that have ended.
  const tunnel::Counters& carried_before() const { return carried_; }

  // The next thing that happens. One coroutine waits at a time.
  net::Task<Happening> next();
  void put(Happening happening);

 private:
  void tell(std::uint64_t generation, tunnel::Event event);

  net::Loop& loop_;
  net::Signal arrived_;
  tunnel::Offloads offloads_;  // what the user allows
  std::deque<Happening> row_;
  HostInterface interface_;
  std::uint64_t generation_ = 1;
  bool running_ = false;
  tunnel::Counters carried_;
  std::unique_ptr<tunnel::Worker> worker_;  // the last member: its thread ends before the others go
};

}  // namespace sallyport::client
