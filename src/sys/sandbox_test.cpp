#include "sys/sandbox.hpp"

#include <csignal>
#include <functional>

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::sys {

namespace {

constexpr Identity somebody{61183, 61183};

// Whether `body` says so in a process of its own.
bool holds_in_child(const std::function<bool()>& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body() ? 0 : 1);
  int status = 0;
  return waitpid(pid, &status, 0) == pid && status == 0;
}

bool has_no_capability() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  return syscall(SYS_capget, &header, data) == 0 && data[0].permitted == 0 && data[1].permitted == 0;
}

}  // namespace

TEST(BecomeUnprivileged, root_is_somebody_else_afterwards_and_can_not_come_back) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const pid_t parent = getpid();
  EXPECT_TRUE(holds_in_child([parent] {
    return become_unprivileged(somebody, parent) && getuid() == 61183 && getegid() == 61183 &&
           getgroups(0, nullptr) == 0 && has_no_capability() && setuid(0) != 0;
  }));
}

TEST(BecomeUnprivileged, gains_nothing_by_exec_and_dies_with_its_parent) {
  const pid_t parent = getpid();
  EXPECT_TRUE(holds_in_child([parent] {
    int signal = 0;
    return become_unprivileged(somebody, parent) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
           prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGKILL;
  }));
}

TEST(BecomeUnprivileged, refuses_root_as_identity_and_a_parent_that_is_gone) {
  if (geteuid() == 0) {
    EXPECT_TRUE(holds_in_child([] {
      const auto done = become_unprivileged({0, 0}, getppid());
      return !done && done.error().kind == ErrorKind::denied;
    }));
  }
  EXPECT_TRUE(holds_in_child([] {
    const auto done = become_unprivileged(somebody, getpid());
    return !done && done.error().kind == ErrorKind::closed;
  }));
}

}  // namespace sallyport::sys
