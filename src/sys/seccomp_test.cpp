#include "sys/seccomp.hpp"

#include <cerrno>
#include <csignal>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/sanitized.hpp"

namespace sallyport::sys {

namespace {

enum class Fate { goes_on, refused, killed };

// What a system call comes to in a process of this role. A debug build says which call it was, and ends.
Fate fate_of(Confined role, const std::function<long()>& call) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!allow_system_calls(role)) _exit(3);
    _exit(call() < 0 && errno == EPERM ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  if (WIFSIGNALED(status)) {
    EXPECT_EQ(WTERMSIG(status), SIGSYS);
    return Fate::killed;
  }
  if (WEXITSTATUS(status) == 128 + SIGSYS) return Fate::killed;
  EXPECT_LT(WEXITSTATUS(status), 2);
  return WEXITSTATUS(status) == 0 ? Fate::goes_on : Fate::refused;
}

long new_socket() {
  return socket(AF_INET, SOCK_STREAM, 0);
}

}  // namespace

TEST(Seccomp, a_call_that_no_role_needs_kills) {
  for (const auto role : {Confined::keeper, Confined::authenticator, Confined::gateway}) {
    EXPECT_EQ(fate_of(role, [] { return syscall(SYS_ptrace, 0, 0, 0, 0); }), Fate::killed);
    EXPECT_EQ(fate_of(role, [] { return syscall(SYS_execve, "/bin/true", nullptr, nullptr); }), Fate::killed);
    EXPECT_EQ(fate_of(role, [] { return syscall(SYS_fork); }), Fate::killed);
    EXPECT_EQ(fate_of(role, [] { return syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0); }), Fate::killed);
    EXPECT_EQ(fate_of(role, new_socket), Fate::killed);
  }
}

TEST(Seccomp, a_file_is_refused_with_an_error) {
  if (sanitized) GTEST_SKIP() << "a sanitizer's run time can't live with the filter";
  for (const auto role : {Confined::keeper, Confined::authenticator, Confined::gateway}) {
    EXPECT_EQ(fate_of(role, [] { return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }),
              Fate::refused);
  }
}

TEST(Seccomp, only_the_gateway_takes_connections) {
  if (sanitized) GTEST_SKIP() << "a sanitizer's run time can't live with the filter";
  const auto accepts = [] { return syscall(SYS_accept4, -1, nullptr, nullptr, 0); };
  EXPECT_EQ(fate_of(Confined::keeper, accepts), Fate::killed);
  EXPECT_EQ(fate_of(Confined::authenticator, accepts), Fate::killed);
  EXPECT_EQ(fate_of(Confined::gateway, accepts), Fate::goes_on);
}

}  // namespace sallyport::sys
