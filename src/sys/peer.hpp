// Who is at the other end of a unix socket.
#pragma once

#include <optional>

#include <sys/types.h>

#include "base/result.hpp"

namespace sallyport::sys {

// May this peer administer the gateway: root, the gateway's own owner, or a member of `group`, supplementary
// groups included? Taken from the kernel (SO_PEERCRED, SO_PEERGROUPS), so it can't be pretended.
Result<bool> is_admin(int socket, uid_t owner, std::optional<gid_t> group);

}  // namespace sallyport::sys
