// Phase 2 on the gateway: an init opens a login or changes its group; the answer is the form of the chosen
// connection profile.
#pragma once

#include "gateway/caller.hpp"
#include "gateway/replies.hpp"
#include "net/task.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// What a client says about its group: an init, or nothing (GET or an empty POST, version 1).
struct Opening {
  Dialect dialect = Dialect::version_1;
  std::string group_access;
  std::string group_select;
};

net::Task<proto::HttpReply> select_group(const Caller& caller, const proto::HttpRequest& request,
                                         Opening opening);

// The cookie that finds a login again; it goes with each form.
std::string login_cookie(const store::Dialogue& dialogue);
std::string forget_login_cookie();
// The login that a request belongs to, by its cookie or by the opaque handle; else a new one. Nothing is lost
// but a beginning where a client has forgotten both.
store::Dialogue login_of(const Caller& caller, const proto::HttpRequest& request, std::string_view opaque);
// When save() says that somebody else has changed the login meanwhile.
proto::HttpReply login_in_use();

}  // namespace sallyport::gateway
