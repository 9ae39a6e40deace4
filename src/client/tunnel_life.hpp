// The life of a session's tunnels after phase 5, one small state machine: until the user ends it, the gateway
// does, or a tunnel is lost and can't be built again.
#pragma once

#include "client/authenticate.hpp"
#include "client/open_tunnel.hpp"

namespace sallyport::client {

// Returns when the user ended or left it. Throws Ended: failed, login_failed when the gateway no longer knows
// the session, certificate_blocked; Failure: the machine could not be set up anew.
net::Task<void> live(const HttpSession& session, const Admission& admission, Opened opened,
                     const Attempt& attempt);

}  // namespace sallyport::client
