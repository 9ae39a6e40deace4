// Tests that change a network do so in one of their own.
#pragma once

#include <functional>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::sys {

// Runs `body` in a child process with a fresh network namespace, where only a loopback interface is, and it
// is down. Skips the test without root.
inline void in_own_network(const std::function<void()>& body) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may make a network namespace";
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(77);
    body();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no network namespaces here";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "see the failure above";
}

}  // namespace sallyport::sys
