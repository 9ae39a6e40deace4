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

namespace sallyport::gateway {

class ControlThread {
 public:
  // Of `descriptors` that the process has for connections.
  ControlThread(net::Loop& loop, Services& services, int descriptors)
      : loop_(loop),
        services_(services),
        descriptors_(descriptors),
        unauthenticated_(UnauthenticatedConnections::Limits::within(static_cast<std::size_t>(descriptors))) {}

  net::Loop& loop() { return loop_; }

  // For connections from now on: at the start and after a reload.
  void use(std::shared_ptr<TlsSetup> tls, std::shared_ptr<const proto::GatewaySettings> settings) {
    tls_ = std::move(tls);
    settings_ = std::move(settings);
  }
  void forget() { use(nullptr, nullptr); }
  void replace_keeper(Descriptor socket) { tls_->replace_keeper(std::move(socket)); }
  void listen(Descriptor listener);  // listener.cpp

 private:
  net::Task<void> accept_all(std::shared_ptr<net::Acceptor> acceptor);
  void report_refused(const Endpoint& peer);
  net::Task<void> welcome(net::Accepted accepted, std::uint64_t attempt);
  net::Task<void> serve(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                        std::shared_ptr<TlsSetup> tls, UnauthenticatedConnections::Ticket& ticket);
  net::Task<void> handshake(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                            std::shared_ptr<TlsSetup> tls);

  net::Loop& loop_;
  Services& services_;
  std::shared_ptr<TlsSetup> tls_;
  std::shared_ptr<const proto::GatewaySettings> settings_;
  int descriptors_;
  UnauthenticatedConnections unauthenticated_;
  std::int64_t refused_ = 0;  // for want of descriptors
  std::chrono::steady_clock::time_point refusal_told_again_{};
  flow::Recorder flow_{1024};
  std::uint64_t next_attempt_ = 1;
};

}  // namespace sallyport::gateway
