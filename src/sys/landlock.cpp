#include "sys/landlock.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/syscall.h>
#include <unistd.h>

namespace sallyport::sys {

namespace {

// Debian 12's headers know ABI 2 only, so the structure and its bits are spelled out here (Linux
// Documentation/userspace-api/landlock.rst). An older kernel is given the part it knows.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;  // ABI 4
  std::uint64_t scoped;              // ABI 6
};

constexpr std::uint64_t create_ruleset_version = 1;

constexpr std::uint64_t fs_rights_of(long abi) {
  int rights = 13;            // ABI 1: execute … make_sym
  if (abi >= 2) rights = 14;  // refer
  if (abi >= 3) rights = 15;  // truncate
  if (abi >= 5) rights = 16;  // ioctl_dev
  return (std::uint64_t{1} << rights) - 1;
}

std::size_t size_for(long abi) {
  if (abi >= 6) return sizeof(RulesetAttributes);
  return abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

long ask_version() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, create_ruleset_version);
}

}  // namespace

bool has_landlock() {
  return ask_version() > 0;
}

Result<void> forbid_file_system() {
  const long abi = ask_version();
  if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) return {};
  if (abi < 0) return fail_errno("cannot ask for the Landlock version");
  RulesetAttributes attributes{fs_rights_of(abi), 0, 0};
  if (abi >= 4) attributes.handled_access_net = 3;  // bind and connect TCP
  if (abi >= 6) attributes.scoped = 3;              // abstract unix sockets, signals
  const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, size_for(abi), 0);
  if (ruleset < 0) return fail_errno("cannot make a Landlock rule set");
  const long done = syscall(SYS_landlock_restrict_self, ruleset, 0);
  const int error = errno;
  close(static_cast<int>(ruleset));
  if (done != 0) return fail_errno("cannot apply Landlock", error);
  return {};
}

}  // namespace sallyport::sys
