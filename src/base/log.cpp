#include "base/log.hpp"

#include <array>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"

namespace sallyport::log {

namespace {

constexpr std::array<std::string_view, 5> level_names{"error", "warning", "notice", "info", "debug"};

Settings& settings() {
  static Settings current;
  return current;
}

// A JSON string's inside. Bytes above ASCII are shown as Latin-1: a log line is valid JSON whatever the peer
// sent.
std::string escape_for_json(std::string_view text, std::size_t limit) {
  std::string safe;
  for (char character : text.substr(0, limit)) {
    const auto byte = static_cast<std::uint8_t>(character);
    if (character == '"' || character == '\\') {
      safe += '\\';
      safe += character;
    } else if (byte >= 0x20 && byte < 0x7f) {
      safe += character;
    } else {
      safe += fmt::format("\\u{:04x}", byte);
    }
  }
  return safe;
}

std::string now_text() {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     (now - seconds).count());
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == name) return static_cast<Level>(i);
  }
  return fail(ErrorKind::malformed, "a log level is one of error, warning, notice, info, debug");
}

std::string_view name_of(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

void configure(Settings new_settings) {
  settings() = std::move(new_settings);
}

bool enabled(Level level) {
  return level <= settings().level;
}

std::string format_line(const Settings& how, Level level, std::string_view time, std::string_view sentence,
                        std::initializer_list<Field> fields) {
  if (how.format == Format::text) {
    auto line = fmt::format("{} {} {}: {}", time, name_of(level), how.role, escape_for_log(sentence, 500));
    for (const auto& field : fields)
      line += fmt::format(" {}={}", field.name, field_for_log(field.text, "="));
    return line;
  }
  auto line = fmt::format(R"({{"time":"{}","level":"{}","role":"{}","message":"{}")", time, name_of(level),
                          how.role, escape_for_json(sentence, 500));
  for (const auto& field : fields) {
    line += field.bare ? fmt::format(R"(,"{}":{})", field.name, field.text)
                       : fmt::format(R"(,"{}":"{}")", field.name, escape_for_json(field.text, 200));
  }
  return line + "}";
}

void write(Level level, std::string_view sentence, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  const auto line = format_line(settings(), level, now_text(), sentence, fields) + "\n";
  // One write per line keeps the lines of several processes apart. A log that can't be written is not an
  // error.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sallyport::log
