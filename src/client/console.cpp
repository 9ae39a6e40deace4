#include "client/console.hpp"

#include <cstdio>

#include <fmt/chrono.h>

#include "base/text.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

void Console::print(std::string_view line) const {
  if (settings_.timestamps) {
    const auto now = fmt::localtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    fmt::print(stderr, "[{:%Y-%m-%d %H:%M:%S}] ", now);
  }
  fmt::print(stderr, "{}\n", line);
}

void Console::say(std::string_view line) const {
  if (!settings_.quiet) print(line);
}

void Console::complain(std::string_view line) const {
  print(fmt::format("sallyport: {}", line));
}

void Console::announce(std::string_view line) const {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void Console::quote(std::string_view text) const {
  const auto shown = terminal_text(text);
  for (const auto line : split(shown, '\n')) {
    if (!trim(line).empty()) say(line);
  }
}

}  // namespace sallyport::client
