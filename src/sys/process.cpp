#include "sys/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <limits>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/message_socket.hpp"

namespace sallyport::sys {

namespace {

// Between fork and exec: only calls that are safe in a signal handler.
[[noreturn]] void become(int channel, char* const* arguments, const RoleOptions& options) {
  if (!options.keeps_stdin) {
    const int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, STDIN_FILENO);
  }
  // dup2 to the same number would keep close-on-exec set
  if (channel == channel_descriptor) {
    fcntl(channel, F_SETFD, 0);
  } else {
    dup2(channel, channel_descriptor);
  }
  close_range(channel_descriptor + 1, ~0U, 0);
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  for (const int number : options.ignored_signals) std::signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv("/proc/self/exe", arguments);
  _exit(127);
}

}  // namespace

Result<Process> start_role(const std::vector<std::string>& arguments, const RoleOptions& options) {
  auto [ours, theirs] = TRY(message_pair());
  std::vector<char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return fail_errno("cannot fork");
  if (pid == 0) become(theirs.number(), pointers.data(), options);
  return Process{pid, std::move(ours)};
}

bool open_standard_streams() {
  const bool has_output = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) < 0) open("/dev/null", O_RDWR);  // gets the lowest free number: this one
  }
  return has_output;
}

void name_process(const char* name) {
  prctl(PR_SET_NAME, name);
}

Result<void> die_with_parent(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    return fail_errno("cannot ask for a signal at the parent's death");
  if (getppid() != parent) return fail(ErrorKind::closed, "the parent process is gone");
  return {};
}

int descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max()));
}

std::string describe_exit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    const char* name = sigdescr_np(number);
    return "signal " + std::to_string(number) + " (" + (name != nullptr ? name : "unknown") + ")";
  }
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace sallyport::sys
