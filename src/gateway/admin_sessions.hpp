// What the admin API says and does about sessions. In the main thread.
#pragma once

#include "gateway/caller.hpp"
#include "net/task.hpp"
#include "proto/admin_sessions.hpp"

namespace sallyport::gateway {

// By the time of their connection; `all`: the detached ones too, at the end.
net::Task<std::vector<proto::SessionEntry>> list_sessions(Services& services, bool all);
// How many sessions were ended.
net::Task<std::size_t> disconnect_sessions(Services& services, proto::DisconnectOrder order);

}  // namespace sallyport::gateway
