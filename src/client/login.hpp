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
  bool code_given = false;        // the last answers had a code of the software token among them

  const proto::AuthForm* form() const { return std::get_if<proto::AuthForm>(&message); }
  const proto::AuthComplete* complete() const { return std::get_if<proto::AuthComplete>(&message); }
};

// What every message says about us.
proto::ClientInfo client_info(const ConnectOptions& options);

inline constexpr int max_redirects = 10;

// Takes the gateway's document in: message, opaque, and the URL for the next request. Throws Failure.
net::Task<void> take_in(HttpSession& session, Login& login, const proto::HttpReply& reply, flow::Phase phase,
                        const Attempt& attempt);

// Phase 3: sends the answers to a form, follows redirects within the gateway and takes its next document in.
// Throws Ended when the gateway refuses; Failure.
net::Task<void> converse(HttpSession& session, Login& login, std::string answers, const Attempt& attempt);

// The gateway's last word. It names the group, if one was chosen: ocserv lists every group that it is asked
// for, and refuses a wrong one only then.
Ended refusal(const proto::HttpReply& reply, const Login& login);
bool is_denial(const proto::HttpReply& reply);  // of the credentials, not of the request
Error endless_redirects();

// "503 Service Unavailable (no address is free)": status and X-Reason of a reply, fit for a terminal.
std::string describe(const proto::HttpReply& reply);

}  // namespace sallyport::client
