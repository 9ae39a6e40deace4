#include "sys/peer.hpp"

#include <algorithm>
#include <array>

#include <sys/socket.h>

namespace sallyport::sys {

Result<bool> is_admin(int socket, uid_t owner, std::optional<gid_t> group) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return fail_errno("cannot tell who is at the other end of the socket");
  }
  if (peer.uid == 0 || peer.uid == owner) return true;
  if (!group) return false;
  if (peer.gid == *group) return true;
  std::array<gid_t, 1024> groups{};
  size = sizeof groups;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) {
    return fail_errno("cannot tell the groups of who is at the other end of the socket");
  }
  const auto end = groups.begin() + static_cast<std::ptrdiff_t>(size / sizeof(gid_t));
  return std::find(groups.begin(), end, *group) != end;
}

}  // namespace sallyport::sys
