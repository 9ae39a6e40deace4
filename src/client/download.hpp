// Phase 4 on the client: the profile that the gateway announces is fetched in a TLS session of its own, one
// GET each, unless the user has it already. Packages are never fetched, and nothing that comes is ever run.
#pragma once

#include "client/authenticate.hpp"

namespace sallyport::client {

// Throws Failure when an announced profile can't be had as announced: the gateway wants its clients to have
// it. Throws Ended of the new TLS session.
net::Task<void> download(const HttpSession& login, const Admission& admission, const Attempt& attempt);

}  // namespace sallyport::client
