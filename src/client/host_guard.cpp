#include "client/host_guard.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/print.hpp"
#include "sys/process.hpp"

namespace sallyport::client {

namespace {

constexpr int pipe_number = 3;
constexpr int journal_number = 4;

// stderr, the pipe and the journal under fixed numbers, nothing else: an inherited descriptor of the tunnel
// would keep the interface alive.
void keep_only(int pipe, int journal) {
  const int pipe_copy = fcntl(pipe, F_DUPFD, journal_number + 1);
  const int journal_copy = fcntl(journal, F_DUPFD, journal_number + 1);
  dup3(pipe_copy, pipe_number, O_CLOEXEC);
  dup3(journal_copy, journal_number, O_CLOEXEC);
  close_range(journal_number + 1, ~0U, 0);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  close(null);
}

void become_deaf() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP}) {
    std::signal(number, SIG_IGN);
  }
  std::signal(SIGCHLD, SIG_DFL);
}

[[noreturn]] void guard(int pipe, int journal_file, const std::string& path) {
  setsid();
  become_deaf();
  sys::name_process("sallyport-guard");
  keep_only(pipe, journal_file);
  [[maybe_unused]] const int changed = chdir("/");
  char byte = 0;
  while (read(pipe_number, &byte, 1) < 0 && errno == EINTR) continue;
  const auto complain = [](const Error& error) { print_line(stderr, "sallyport: " + error.text); };
  auto journal = Journal::attach(Descriptor(journal_number), path);
  if (!journal) {
    complain(journal.error());
    _exit(1);
  }
  if (!journal->entries().empty()) {
    print_line(stderr, "sallyport: the client was killed; its network changes are taken back");
    journal->undo_all(complain);
  }
  journal->remove();
  _exit(0);
}

}  // namespace

Result<HostGuard> HostGuard::start(const Journal& journal) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  Descriptor reads(ends[0]);
  Descriptor writes(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return fail_errno("cannot fork");
  if (pid == 0) guard(reads.number(), journal.descriptor(), journal.path());
  return HostGuard(pid, std::move(writes));
}

HostGuard::HostGuard(HostGuard&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), front_lives_(std::move(other.front_lives_)) {}

HostGuard::~HostGuard() {
  if (pid_ < 0) return;
  front_lives_.close();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace sallyport::client
