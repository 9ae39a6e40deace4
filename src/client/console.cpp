#include "client/console.hpp"

#include <cerrno>

#include <fmt/chrono.h>
#include <unistd.h>

#include "base/print.hpp"
#include "base/text.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

void Console::print(std::string_view line) const {
  if (!timestamps_) return print_line(stderr, line);
  const auto now = fmt::localtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  print_line(stderr, fmt::format("[{:%Y-%m-%d %H:%M:%S}] {}", now, line));
}

void Console::say(std::string_view line) const {
  if (!quiet_) print(line);
}

void Console::complain(std::string_view line) const {
  print(fmt::format("sallyport: {}", line));
}

void Console::announce(std::string_view line) const {
  print_line(stdout, line);
}

Result<void> Console::hand_over(const Secret& lines) const {
  auto rest = lines.reveal();
  while (!rest.empty()) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("cannot write to standard output");
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

void Console::quote(std::string_view text) const {
  const auto shown = terminal_text(text);
  for (const auto line : split(shown, '\n')) {
    if (!trim(line).empty()) say(line);
  }
}

}  // namespace sallyport::client
