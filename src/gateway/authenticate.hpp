// Phase 3 on the gateway: the answers to a form are checked, and a login that has given all its profile wants
// becomes a session with its token.
#pragma once

#include "gateway/caller.hpp"
#include "gateway/replies.hpp"
#include "net/task.hpp"
#include "proto/auth_logout.hpp"
#include "proto/auth_reply.hpp"
#include "proto/form_reply.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// What a client filled in, of either version of the protocol.
struct Answers {
  Dialect dialect = Dialect::version_1;
  std::string opaque;
  std::string group;
  std::string user;
  Secret password;  // or whatever else the form asked for

  static Answers of(const proto::AuthReply& reply);
  static Answers of(const proto::FormReply& reply);
};

net::Task<proto::HttpReply> authenticate(const Caller& caller, const proto::HttpRequest& request,
                                         Answers answers);

// Ends the session that the token names, if there is one.
net::Task<proto::HttpReply> log_out(const Caller& caller, const proto::AuthLogout& logout);

}  // namespace sallyport::gateway
