// The flow events of a tunnel: phase 6, and the session's life after the six phases. They belong to the
// connection that made the tunnel.
#pragma once

#include <string_view>

#include "flow/event.hpp"
#include "gateway/tunnels.hpp"

namespace sallyport::gateway {

// `before`: what was known of the tunnel's DTLS until now.
flow::Event dtls_event(const LiveTunnel& live, const tunnel::DtlsReport& before);

// The tunnel has ended; what that means for the session is an event of its own.
flow::Event end_event(const LiveTunnel& last, tunnel::EndCause cause);

// `attempt` 0: no connection of the session's is known.
flow::Event life_event(std::uint64_t attempt, store::SessionId session, flow::Step step,
                       std::string_view reason = {});

}  // namespace sallyport::gateway
