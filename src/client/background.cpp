#include "client/background.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "client/front_signals.hpp"
#include "sys/files.hpp"
#include "sys/owner_rights.hpp"

namespace sallyport::client {

namespace {

// The terminal sends its signals to both processes; what anybody sends with kill() is for the client.
void pass_on(const Descriptor& signals, pid_t client) {
  signalfd_siginfo info{};
  while (read(signals.number(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const auto number = static_cast<int>(info.ssi_signo);
    if (info.ssi_code <= 0 && wish_of(number)) kill(client, number);
  }
}

bool has_detached(const Descriptor& client_lives, const Descriptor& signals, pid_t client) {
  for (;;) {
    std::array<pollfd, 2> entries{pollfd{client_lives.number(), POLLIN, 0},
                                  pollfd{signals.number(), POLLIN, 0}};
    if (poll(entries.data(), entries.size(), -1) < 0) continue;
    if (entries[1].revents != 0) pass_on(signals, client);
    if (entries[0].revents == 0) continue;
    char byte = 0;
    return read(client_lives.number(), &byte, 1) == 1;
  }
}

int exit_status_of(pid_t client) {
  int status = 0;
  while (waitpid(client, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

std::string own_line() {
  return std::to_string(getpid()) + '\n';
}

// Root could put a file in the place of /dev/null.
Result<void> check_replaceable(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  return fail(ErrorKind::malformed, path + " is not a file");
}

}  // namespace

Result<Background> Background::begin() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  Descriptor client_lives(ends[0]);
  Descriptor starter(ends[1]);
  const auto signals = TRY(take_signals());  // before there are two
  const pid_t pid = fork();
  if (pid < 0) return fail_errno("cannot fork");
  if (pid == 0) return Background(std::move(starter));
  starter.close();
  _exit(has_detached(client_lives, signals, pid) ? 0 : exit_status_of(pid));
}

// Not that of another client, who was given the same file meanwhile.
Background::~Background() {
  if (pid_file_.empty()) return;
  const auto rights = sys::OwnerRights::take_for_file(pid_file_);
  if (!rights) return;
  const auto content = sys::read_file(pid_file_, 64);
  if (content && *content && as_text((*content)->bytes) == own_line()) unlink(pid_file_.c_str());
}

Result<void> Background::detach(const std::string& pid_file) {
  if (!pid_file.empty()) {
    const auto path = TRY(sys::absolute_path(pid_file));
    const auto rights = TRY(sys::OwnerRights::take_for_file(path));
    TRY(check_replaceable(path));
    TRY(sys::replace_file(path, as_bytes(own_line()), {.mode = 0644}));
    pid_file_ = path;
  }
  setsid();  // what the terminal sends, also when it goes, is no longer for us
  const char byte = 1;
  if (write(starter_.number(), &byte, 1) < 0 && errno != EPIPE) return fail_errno("cannot detach");
  starter_.close();
  return {};
}

}  // namespace sallyport::client
