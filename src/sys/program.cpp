#include "sys/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/memory_file.hpp"

namespace sallyport::sys {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t max_input = 64U << 10;

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec: only calls that are safe in a signal handler.
[[noreturn]] void become(char* const* arguments, char* const* environment, int input, bool silent) {
  setpgid(0, 0);
  const int null = open("/dev/null", O_RDWR);
  dup2(input >= 0 ? input : null, STDIN_FILENO);
  if (silent) dup2(null, STDERR_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  close_range(STDERR_FILENO + 1, ~0U, 0);
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(arguments[0], arguments, environment);
  _exit(127);
}

// Whether the process ended before `deadline`.
Result<bool> wait_until(int process, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{process, POLLIN, 0};
    const int ready = poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return fail_errno("cannot wait for a program");
  }
}

Result<bool> wait_patiently(const Program& program, int process) {
  const auto start = steady_clock::now();
  if (program.slow && program.patience < program.limit) {
    const bool ended = TRY(wait_until(process, start + program.patience));
    if (ended) return true;
    program.slow();
  }
  return wait_until(process, start + program.limit);
}

}  // namespace

Result<int> run_program(const Program& program) {
  if (program.arguments.empty() || !program.arguments.front().starts_with('/')) {
    return fail(ErrorKind::malformed, "a program needs an absolute path");
  }
  if (program.input.size() > max_input) return fail(ErrorKind::malformed, "too much input for a program");
  Descriptor input;
  if (!program.input.empty()) input = TRY(make_memory_file(as_bytes(program.input)));
  const auto arguments = pointers_to(program.arguments);
  const auto environment = pointers_to(program.environment);
  const pid_t pid = fork();
  if (pid < 0) return fail_errno("cannot fork");
  if (pid == 0) become(arguments.data(), environment.data(), input.number(), program.silent);
  setpgid(pid, pid);  // whoever comes first: so that the group can be killed from now on
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)));
  const auto ended = process ? wait_patiently(program, process.number())
                             : Result<bool>(fail_errno("cannot wait for a program"));
  if (!ended || !*ended) kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (!ended) return tl::unexpected(ended.error());
  if (*ended) return status;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(program.limit).count();
  return fail(ErrorKind::timeout, program.arguments.front() + " did not end within " +
                                      std::to_string(seconds) + " s and was killed");
}

std::string standard_path() {
  return "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

}  // namespace sallyport::sys
