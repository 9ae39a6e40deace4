// Phase 3 on the client: answers the gateway's forms until it is satisfied.
#pragma once

#include "client/login.hpp"

namespace sallyport::client {

// The login succeeded. The token is the bearer of the session: whoever has it, has the tunnel.
struct Admission {
  Secret token;
  proto::AuthComplete complete;  // session id, banner, server-cert-hash, and what phase 4 needs
  std::string user;              // empty: no name was given
  std::string group;             // likewise
};

// Throws Ended: login_failed with the gateway's words; Failure.
net::Task<Admission> authenticate(HttpSession& session, Login login, const Attempt& attempt);

}  // namespace sallyport::client
