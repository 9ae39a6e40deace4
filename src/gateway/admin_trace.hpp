// What the admin API tells of a session's or a connection's flow. In the main thread.
#pragma once

#include <cstdint>
#include <optional>

#include "net/task.hpp"
#include "proto/trace.hpp"

namespace sallyport::gateway {

class GatewayProcess;

// Of the session with this id, else of the connection with this number; nothing: there is neither.
net::Task<std::optional<proto::Trace>> trace_of(GatewayProcess& process, std::uint64_t id);

}  // namespace sallyport::gateway
