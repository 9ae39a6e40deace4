// The end of phase 3: a proven user gets a session, and the client the document that names it.
#pragma once

#include "gateway/caller.hpp"
#include "gateway/replies.hpp"
#include "net/task.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// Ends the login, which has proven its user by all that the profile wants. 200 with the `complete` document
// and the cookies, or 503: the login had ended already, so that it admits one and once, or the session can't
// be stored.
net::Task<proto::HttpReply> new_session(const Caller& caller, const proto::HttpRequest& request,
                                        const proto::ConnectionProfile& profile, store::Dialogue login,
                                        Dialect dialect);

}  // namespace sallyport::gateway
