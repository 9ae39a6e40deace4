// Phase 1 on the client: TCP, TLS with an empty Session ID, the gateway's certificate judged before anything
// leaves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/attempt.hpp"
#include "client/outcome.hpp"
#include "net/tls_stream.hpp"
#include "proto/url.hpp"
#include "tls/client_context.hpp"

namespace sallyport::client {

// The context that all TLS sessions of a run share; `authorities` is the text of the CA file, if any,
// `identities` the user's own certificate. Fails on unreadable certificates and bad pins.
Result<tls::ClientContext> open_context(const ConnectOptions& options, std::string authorities,
                                        std::vector<tls::KeyPair> identities = {});

// Where a gateway is: --resolve HOST:ADDRESS, else DNS, which has to answer within `limit`. Throws Failure.
net::Task<std::vector<Endpoint>> find_gateway(proto::Url gateway, const ConnectOptions& options,
                                              std::chrono::seconds limit);

// A TLS session with a gateway.
struct Connected {
  std::unique_ptr<net::TlsStream> stream;
  Endpoint gateway;
  std::vector<Endpoint> others;  // at which its name was found as well
};

// With the first that answers of `known`, or, where that is empty, of the addresses that the gateway is found
// at. Throws Ended: certificate_blocked, unreachable, login_failed (the client's own certificate), failed.
net::Task<Connected> handshake(proto::Url gateway, std::vector<Endpoint> known, const Attempt& attempt);

}  // namespace sallyport::client
