// Where a login stands between the requests of phases 2 and 3: the gateway's last message and what goes back
// with the next request.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "client/http_session.hpp"
#include "proto/auth_message.hpp"

namespace sallyport::client {

struct Login {
  proto::GatewayMessage message;  // the last one
  std::string opaque;             // the last one that the gateway gave, verbatim
  std::string group;              // value of the group that the user chose; empty: none was offered

  const proto::AuthForm* form() const { return std::get_if<proto::AuthForm>(&message); }
  const proto::AuthComplete* complete() const { return std::get_if<proto::AuthComplete>(&message); }
};

// What every message says about us.
proto::ClientInfo client_info(const ConnectOptions& options);

// Sends a message (its `name` for the flow), follows redirects within the gateway and takes the answer in:
// message, opaque, and the URL for the next request. Throws Ended when the gateway refuses, Failure.
// Returns the target when the gateway sends the client to another host; only phase 2 may go there.
net::Task<std::optional<proto::Url>> converse(HttpSession& session, Login& login, std::string body,
                                              flow::Phase phase, std::string_view name,
                                              const Attempt& attempt);

// "503 Service Unavailable (no address is free)": status and X-Reason of a reply, fit for a terminal.
std::string describe(const proto::HttpReply& reply);

}  // namespace sallyport::client
