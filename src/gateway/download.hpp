// Phase 4 on the gateway: the URLs that downloaders ask for, each on a TLS session that need not have done
// the login. Only the client profile wants the session's cookie.
#pragma once

#include "gateway/caller.hpp"
#include "proto/auth_complete.hpp"
#include "proto/cookies.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// To a GET or HEAD of a target that proto::is_downloader_path() knows.
net::Task<proto::HttpReply> download(const Caller& caller, const proto::HttpRequest& request);

// What the login's answer says about phase 4: the policy's client profile, and that there is no package to
// install; likewise in the cookie of version 1.
void announce_downloads(const proto::GroupPolicy& policy, proto::AuthComplete& complete);
void announce_downloads(const proto::GroupPolicy& policy, proto::ConfigCookie& cookie);

// Whoever logged in before a reload may ask after it for the profile that he was told of: `next` gets what
// `before` had and it lacks, the newest first, at most as many as fit.
void keep_earlier_profiles(const proto::VirtualHost& before, proto::VirtualHost& next);

}  // namespace sallyport::gateway
