// Phase 5 on the client: CONNECT with the session's token, the first time and, with what the earlier tunnel
// had, each time that the tunnel is built again (client/reconnect.hpp).
#pragma once

#include <vector>

#include "client/authenticate.hpp"
#include "client/open_tunnel.hpp"
#include "proto/connect_request.hpp"

namespace sallyport::client {

// Asks for a tunnel; the answer may have any status. `held`: the inner addresses so far. Throws Ended,
// Failure.
net::Task<Answered> ask_for_tunnel(HttpSession& session, const Secret& token, std::vector<Address> held,
                                   const Attempt& attempt);

// Ends a session that has no tunnel, over one made for it: gateways know no other way that all of them take.
// False: it stays.
net::Task<bool> end_session(HttpSession& session, const Secret& token, const Attempt& attempt);

// For any status but 200.
Error refused_tunnel(const proto::HttpReply& reply);

// The login's tunnel runs when it returns, and answers with its first Totals. From the gateway's agreement
// on, the user's wishes stand in the tunnel's row. Throws Ended: login_failed when the gateway rejects the
// token; Failure.
net::Task<Opened> connect(HttpSession& session, const Admission& admission, const Attempt& attempt);

}  // namespace sallyport::client
