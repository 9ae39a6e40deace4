#include "client/prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace sallyport::client {

namespace {

Descriptor duplicate(int descriptor) {
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
}

// Switches the terminal's echo off while it lives. It lives in the frame of the coroutine that asks, so the
// echo comes back however that ends, also with the loop, when the Prompt itself is gone.
class WithoutEcho {
 public:
  explicit WithoutEcho(const Descriptor& terminal) : terminal_(duplicate(terminal.number())) {
    off_ = ::tcgetattr(terminal_.number(), &before_) == 0 && (before_.c_lflag & ECHO) != 0;
    auto hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (off_) ::tcsetattr(terminal_.number(), TCSADRAIN, &hidden);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() {
    if (!off_) return;
    ::tcsetattr(terminal_.number(), TCSADRAIN, &before_);
    [[maybe_unused]] const auto written = ::write(terminal_.number(), "\n", 1);  // the one that was not shown
  }

 private:
  Descriptor terminal_;
  termios before_{};
  bool off_ = false;
};

Descriptor open_terminal() {
  if (::isatty(STDIN_FILENO) == 1) return duplicate(STDIN_FILENO);
  return Descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
}

}  // namespace

bool Prompt::can_ask() {
  if (person_ && !terminal_) terminal_ = open_terminal();
  person_ = person_ && terminal_;
  return person_;
}

net::Task<std::optional<Secret>> Prompt::ask(std::string question, Echo echo) {
  if (!can_ask()) co_return std::nullopt;
  const auto executor = co_await net::this_executor();
  if (!terminal_lines_) terminal_lines_ = or_throw(LineReader::open(executor, terminal_.number()));
  std::optional<WithoutEcho> hidden;
  if (echo == Echo::off) hidden.emplace(terminal_);
  question += ' ';
  [[maybe_unused]] const auto written = ::write(terminal_.number(), question.data(), question.size());
  auto answer = co_await terminal_lines_->next();
  co_return answer;
}

net::Task<std::optional<Secret>> Prompt::line_of_stdin() {
  const auto executor = co_await net::this_executor();
  if (!stdin_lines_) stdin_lines_ = or_throw(LineReader::open(executor, STDIN_FILENO));
  auto line = co_await stdin_lines_->next();
  co_return line;
}

net::Task<std::optional<Secret>> Prompt::secret(std::string question) {
  std::optional<Secret> answer;
  if (passwords_on_stdin_) {
    answer = co_await line_of_stdin();
  } else {
    answer = co_await ask(std::move(question), Echo::off);
  }
  co_return answer;
}

}  // namespace sallyport::client
