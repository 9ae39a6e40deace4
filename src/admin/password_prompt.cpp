#include "admin/password_prompt.hpp"

#include <cstdio>

#include <termios.h>
#include <unistd.h>

#include "base/print.hpp"

namespace sallyport::admin {

namespace {

constexpr std::size_t max_password = 1024;

// One line without its end. By single bytes: nothing beyond the line may be taken from a shared stdin.
Result<Secret> read_line() {
  Bytes line;
  line.reserve(max_password);  // it never moves, so no copy stays behind
  for (std::uint8_t byte = 0; read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n';) {
    if (line.size() == max_password) {
      wipe(line);
      return fail(ErrorKind::malformed, "the password is too long");
    }
    line.push_back(byte);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return Secret(std::move(line));
}

class EchoOff {
 public:
  EchoOff() {
    tcgetattr(STDIN_FILENO, &before_);
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    print_line(stderr, "");
  }

 private:
  termios before_{};
};

Result<Secret> ask(const char* prompt) {
  std::fputs(prompt, stderr);
  const EchoOff quiet;
  return read_line();
}

}  // namespace

Result<Secret> read_new_password(bool from_stdin) {
  if (from_stdin) return read_line();
  if (isatty(STDIN_FILENO) == 0) {
    return fail(ErrorKind::unavailable, "no terminal to ask for the password: use --password-stdin");
  }
  auto first = TRY(ask("Password: "));
  if (first != TRY(ask("Again: "))) return fail(ErrorKind::malformed, "the two passwords differ");
  return first;
}

}  // namespace sallyport::admin
