// Phase 2 on the gateway: an init opens a login or changes its group; the answer is the form of the chosen
// connection profile, or `complete` where the client's certificate leaves no question.
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
  bool certificate_failed = false;  // asked for a certificate before, the client has none
};

net::Task<proto::HttpReply> select_group(const Caller& caller, const proto::HttpRequest& request,
                                         Opening opening);

}  // namespace sallyport::gateway
