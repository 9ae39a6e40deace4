// Opens a login (phase 2): on another host if the gateway sends the client there, in version 1 if it knows no
// other, and with the client's certificate if it asks for one.
#pragma once

#include "client/login.hpp"
#include "proto/auth_init.hpp"

namespace sallyport::client {

// The gateway's answer is in `login` afterwards. `init` says what for; its group_access follows the host.
// Throws Ended, Failure.
net::Task<void> open_login(HttpSession& session, Login& login, proto::AuthInit& init, const Attempt& attempt);

}  // namespace sallyport::client
