// The end of phase 3: a proven user gets a session, and the client the document that names it.
#pragma once

#include "gateway/caller.hpp"
#include "gateway/replies.hpp"
#include "net/task.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

struct ProvenUser {
  std::string name;
  const proto::ConnectionProfile& profile;
};

// 200 with the `complete` document and the cookies, or 503 when the session can't be stored.
net::Task<proto::HttpReply> new_session(const Caller& caller, const proto::HttpRequest& request,
                                        ProvenUser user, Dialect dialect);

}  // namespace sallyport::gateway
