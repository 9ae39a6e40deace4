// What a process gives up before it touches anything a stranger sent: root, new privileges, core dumps, the
// file system, and every system call that it does not need.
#pragma once

#include <sys/types.h>

#include "base/result.hpp"

namespace sallyport::sys {

enum class Confined {
  keeper,         // receives, signs, sends
  authenticator,  // the same, with several threads
  gateway,        // sockets and epoll: the network is its job
};
constexpr Confined last_of(Confined) {
  return Confined::gateway;
}

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
};

// In this order, in the calling thread, which must be the process's only one: groups, gid and uid; the
// parent-death signal again; no_new_privs; not dumpable, no core file; Landlock with no rule (all file
// access, and what else the kernel's ABI can refuse); the seccomp allow-list on all threads. Everything that
// opens files comes before. Builds with a sanitizer skip the last three, which the sanitizer's run time can't
// live with.
Result<void> confine(Confined role, Identity identity, pid_t parent);

// The client's connection, which needs files and the network: the same without Landlock and seccomp, and no
// capability is left. Started without root it stays who it is; as root, `identity` must not be root.
Result<void> become_unprivileged(Identity identity, pid_t parent);

}  // namespace sallyport::sys
