// Log lines: one sentence and named fields, to stderr as text or JSON. Field values are escaped and cut here,
// so text from a peer may be given as it came; secrets have no way in (Secret does not convert to a field).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::log {

enum class Level { error, warning, notice, info, debug };
enum class Format { text, json };

Result<Level> parse_level(std::string_view name);  // "error" … "debug"
std::string_view name_of(Level level);

struct Field {
  Field(std::string_view field_name, std::string_view value) : name(field_name), text(value) {}
  Field(std::string_view field_name, std::int64_t value)
      : name(field_name), text(std::to_string(value)), bare(true) {}
  std::string_view name;
  std::string text;
  bool bare = false;  // a number: not quoted in JSON
};

// The process's one log sink. `role` stands on every line: "supervisor", "gateway", "client" …
struct Settings {
  Level level = Level::notice;
  Format format = Format::text;
  std::string role;
};
void configure(Settings settings);
bool enabled(Level level);

void write(Level level, std::string_view sentence, std::initializer_list<Field> fields = {});
inline void error(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::error, sentence, fields);
}
inline void warning(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::warning, sentence, fields);
}
inline void notice(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::notice, sentence, fields);
}
inline void info(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::info, sentence, fields);
}
inline void debug(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::debug, sentence, fields);
}

// The line itself, without the newline: what write() sends, for tests.
std::string format_line(const Settings& settings, Level level, std::string_view time,
                        std::string_view sentence, std::initializer_list<Field> fields);

}  // namespace sallyport::log
