#include "supervisor/toml_document.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <toml++/toml.h>

#include "base/text.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_file_size = 1 << 20;
constexpr int max_nesting = 16;

Position position_of(const toml::source_region& source) {
  return {std::max(source.begin.line, 1U), std::max(source.begin.column, 1U)};
}

Position position_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  return {static_cast<std::uint32_t>(lines + 1),
          static_cast<std::uint32_t>(start == std::string_view::npos ? offset + 1 : offset - start)};
}

// The last character of the string that begins at `start`; the end of the line if it is not closed.
std::size_t end_of_string(std::string_view text, std::size_t start) {
  const char quote = text[start];
  const bool long_form = text.substr(start, 3) == std::string(3, quote);
  for (std::size_t i = start + (long_form ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (long_form && text.substr(i, 3) == std::string(3, quote)) {
      return i + 2;
    } else if (!long_form && (text[i] == quote || text[i] == '\n')) {
      return text[i] == quote ? i : i - 1;
    }
  }
  return text.size();
}

// toml++ 3.3 goes one call deeper for each part of a dotted key and has no limit for that, so that a hostile
// file could exhaust the stack. Refused before it sees the text.
std::optional<Complaint> find_deep_nesting(std::string_view text) {
  int brackets = 0;
  int dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (character == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (character == '"' || character == '\'') {
      i = end_of_string(text, i);
    } else if (character == '[' || character == '{') {
      ++brackets;
    } else if (character == ']' || character == '}') {
      brackets = std::max(brackets - 1, 0);
    } else if (character == '.') {
      ++dots;
    } else if (character == '\n') {
      dots = 0;
    }
    if (brackets > max_nesting || dots > max_nesting) {
      return Complaint{position_of(text, i), "nested too deeply"};
    }
  }
  return std::nullopt;
}

TomlTable convert(const toml::table& table);

TomlNode convert(const toml::node& node) {
  const auto at = position_of(node.source());
  if (const auto* text = node.as_string()) return {text->get(), at};
  if (const auto* number = node.as_integer()) return {number->get(), at};
  if (const auto* flag = node.as_boolean()) return {flag->get(), at};
  if (const auto* table = node.as_table()) return {convert(*table), at};
  if (const auto* array = node.as_array()) {
    TomlArray items;
    for (const auto& item : *array) items.push_back(convert(item));
    return {std::move(items), at};
  }
  return {TomlOther{node.is_floating_point() ? "a fraction" : "a date or time"}, at};
}

TomlTable convert(const toml::table& table) {
  TomlTable entries;
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), position_of(key.source()), convert(node)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const TomlEntry& left, const TomlEntry& right) { return left.at < right.at; });
  return entries;
}

}  // namespace

const TomlEntry* find(const TomlTable& table, std::string_view key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const TomlEntry& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &*found;
}

tl::expected<TomlTable, Complaint> parse_toml(std::string_view text) {
  if (text.size() > max_file_size) {
    return tl::unexpected(Complaint{{1, 1}, "the file is larger than 1 MiB"});
  }
  if (auto complaint = find_deep_nesting(text)) return tl::unexpected(*std::move(complaint));
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const std::string_view words = error.description();
    return tl::unexpected(Complaint{position_of(error.source()), escape_for_log(words, 300)});
  }
}

}  // namespace sallyport::supervisor
