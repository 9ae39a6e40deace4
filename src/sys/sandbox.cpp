#include "sys/sandbox.hpp"

#include <thread>

#include <cap-ng.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sys/landlock.hpp"
#include "sys/process.hpp"
#include "sys/sanitized.hpp"
#include "sys/seccomp.hpp"

namespace sallyport::sys {

namespace {

Result<void> drop_capabilities() {
  capng_clear(CAPNG_SELECT_ALL);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return fail(ErrorKind::internal, "cannot drop the capabilities");
  return {};
}

Result<void> become(Identity identity) {
  if (identity.uid == 0) return fail(ErrorKind::denied, "a confined process can't run as root");
  if (geteuid() == identity.uid) return {};  // started without root: there is nothing to give up
  if (setgroups(0, nullptr) != 0) return fail_errno("cannot drop the supplementary groups");
  if (setresgid(identity.gid, identity.gid, identity.gid) != 0) return fail_errno("cannot change the group");
  if (setresuid(identity.uid, identity.uid, identity.uid) != 0) return fail_errno("cannot change the user");
  return drop_capabilities();
}

// The C library sets a signal handler up with the first thread of a process; a confined process may not set
// any.
void prepare_threads() {
  std::thread([] {}).join();
}

Result<void> forbid_new_privileges() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("cannot set no_new_privs");
  return {};
}

Result<void> forbid_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return fail_errno("cannot switch core files off");
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return fail_errno("cannot make the process undumpable");
  return {};
}

}  // namespace

Result<void> confine(Confined role, Identity identity, pid_t parent) {
  prepare_threads();
  TRY(become(identity));
  TRY(die_with_parent(parent));
  TRY(forbid_new_privileges());
  if (sanitized) return {};
  TRY(forbid_dumps());
  TRY(forbid_file_system());
  TRY(allow_system_calls(role));
  return {};
}

Result<void> become_unprivileged(Identity identity, pid_t parent) {
  if (geteuid() == 0) TRY(become(identity));
  TRY(drop_capabilities());  // there may be some without root
  TRY(die_with_parent(parent));
  TRY(forbid_new_privileges());
  if (sanitized) return {};
  return forbid_dumps();
}

}  // namespace sallyport::sys
