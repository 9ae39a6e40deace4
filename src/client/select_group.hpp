// Phase 2 on the client: opens the login, and chooses the connection profile where the gateway offers a list.
#pragma once

#include "client/login.hpp"

namespace sallyport::client {

// Leaves with the form of the chosen group, or already complete. Throws Ended, Failure.
net::Task<Login> select_group(HttpSession& session, const Attempt& attempt);

}  // namespace sallyport::client
