// Phase 5 on the client, once CONNECT is answered with 200: the machine is set up as the gateway says, and
// the TLS connection goes to the tunnel's worker.
#pragma once

#include <optional>
#include <string>

#include "client/http_session.hpp"
#include "client/network_settings.hpp"
#include "proto/connect_request.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::client {

// A CONNECT and what came back.
struct Answered {
  proto::ConnectRequest request;
  proto::HttpReply reply;
  Bytes rest;  // frames that came behind the reply
  Connected connected;
};

// What the user is told about a tunnel that runs.
struct TunnelFacts {
  std::optional<Prefix> ipv4;
  std::optional<Prefix> ipv6;
  std::string tls_version;
  std::string tls_cipher;
  bool dtls = false;  // a handshake is to follow
};

// The outer connection.
struct Path {
  Endpoint gateway;
  Address local;                 // ours
  std::vector<Endpoint> others;  // at which the gateway's name was found as well
};

struct Opened {
  TunnelFacts facts;
  Agreement agreement;
  proto::HostSettings settings;       // as the machine has them
  Result<tunnel::DtlsSettings> dtls;  // or why there is none
  Path path;
};

// Whether this client can work with what the gateway says in its 200.
Result<void> check_terms(const Answered& answered, const ConnectOptions& options);

// What is left of an earlier tunnel ends now. The machine stays as it is if the gateway says the same as
// then. Throws Failure.
net::Task<Opened> open_tunnel(Answered answered, std::string banner, const Attempt& attempt);

// What the gateway is told where this machine is why a tunnel ends.
proto::Disconnect machine_not_set_up();

// Ends a tunnel that the gateway has opened and that won't be used, so that the session need not wait for us.
net::Task<void> decline(Connected& connected, proto::Disconnect word);

}  // namespace sallyport::client
