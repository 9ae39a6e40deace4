// What a phase knows of whoever sends it a request: the connection, the settings in force, and the services
// that all control threads share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ip.hpp"
#include "base/log.hpp"
#include "flow/recorder.hpp"
#include "gateway/authenticator_link.hpp"
#include "gateway/client_certificate.hpp"
#include "gateway/session_clock.hpp"
#include "gateway/unauthenticated.hpp"
#include "proto/gateway_settings.hpp"
#include "store/dialogue_store.hpp"
#include "store/session_store.hpp"

namespace sallyport::gateway {

class Tunnels;

// Each may be used from any control thread.
struct Services {
  store::SessionStore& sessions;
  store::DialogueStore& dialogues;
  AuthenticatorLink& authenticator;
  Tunnels& tunnels;
  SessionClock clock;
};

struct Caller {
  Endpoint peer;
  std::uint64_t attempt = 0;     // this connection's number in flow events and log lines
  std::string certificate_hash;  // SHA-1 of our certificate in this connection's handshake
  ClientCertificate certificate;
  std::shared_ptr<const proto::GatewaySettings> settings;
  Services& services;
  flow::Recorder& flow;
  UnauthenticatedConnections::Ticket& ticket;

  const proto::VirtualHost& host() const { return settings->default_host; }
  flow::Event event(flow::Phase phase, flow::Step step,
                    flow::Direction direction = flow::Direction::local) const {
    return {attempt, phase, step, direction};
  }
  // For log lines: what `sallyportctl trace` takes.
  log::Field log_attempt() const { return {"attempt", static_cast<std::int64_t>(attempt)}; }
  // Of a request of theirs.
  void log_refusal(int status, const Error& why) const;
  void tell_refusal(int status, const Error& why) const;  // the same, and an event
};

}  // namespace sallyport::gateway
