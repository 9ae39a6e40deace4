// One control thread of the gateway: accepts connections, does phase 1 and answers requests. It shares
// nothing with its siblings; what the process has to tell it comes through its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "flow/recorder.hpp"
#include "gateway/caller.hpp"
#include "gateway/tls_setup.hpp"
#include "gateway/unauthenticated.hpp"
#include "net/tcp.hpp"
#include "net/tls_stream.hpp"
#include "tunnel/rate_limit.hpp"

namespace sallyport::gateway {

class ControlThread {
 public:
  // For flow events: some 12,000; a login and its tunnel are some 30.
  static constexpr std::size_t event_memory = 1 << 20;

  // Which of how many control threads it is: no two give a connection the same number.
  struct Place {
    std::uint64_t number = 0;
    std::uint64_t of = 1;
  };
  // `descriptors`: how many the process has for connections and all else.
  ControlThread(net::Loop& loop, Services& services, Place place, int descriptors,
                UnauthenticatedConnections::Limits limits)
      : loop_(loop),
        services_(services),
        place_(place),
        descriptors_(descriptors),
        unauthenticated_(limits) {}

  net::Loop& loop() { return loop_; }

  // For connections from now on: at the start and after a reload.
  void use(std::shared_ptr<TlsSetup> tls, std::shared_ptr<const proto::GatewaySettings> settings) {
    tls_ = std::move(tls);
    settings_ = std::move(settings);
  }
  void forget() { use(nullptr, nullptr); }
  void replace_keeper(Descriptor socket) { tls_->replace_keeper(std::move(socket)); }
  void listen(Descriptor listener);  // listener.cpp
  flow::Kept kept_events() const { return flow_.kept(); }

 private:
  net::Task<void> accept_all(std::shared_ptr<net::Acceptor> acceptor);
  void report_refused(const Endpoint& peer);
  net::Task<void> welcome(net::Accepted accepted, std::uint64_t attempt);
  net::Task<void> serve(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                        std::shared_ptr<TlsSetup> tls, UnauthenticatedConnections::Ticket& ticket);
  net::Task<void> handshake(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                            std::shared_ptr<TlsSetup> tls, bool asks_certificate);
  std::uint64_t next_attempt() { return ++accepted_ * place_.of + place_.number; }

  net::Loop& loop_;
  Services& services_;
  std::shared_ptr<TlsSetup> tls_;
  std::shared_ptr<const proto::GatewaySettings> settings_;
  const Place place_;
  std::uint64_t accepted_ = 0;
  int descriptors_;
  UnauthenticatedConnections unauthenticated_;
  std::int64_t refused_ = 0;  // for want of descriptors
  tunnel::RateLimit refusals_told_{std::chrono::seconds(10), 1};
  flow::Recorder flow_{event_memory};
};

}  // namespace sallyport::gateway
