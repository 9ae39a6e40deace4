// Phase 3 on the client: answers the gateway's forms until it is satisfied.
#pragma once

#include "client/admission.hpp"
#include "client/login.hpp"

namespace sallyport::client {

// Throws Ended: login_failed with the gateway's words; Failure.
net::Task<Admission> authenticate(HttpSession& session, Login login, const Attempt& attempt);

}  // namespace sallyport::client
