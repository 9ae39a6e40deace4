// A TOML file as plain values that know where they stood: what the configuration is read from.
// toml++ stays behind this header; its own types are never seen outside toml_document.cpp.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace sallyport::supervisor {

// Line and column, counted from 1. Line 0: not from the file.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  auto operator<=>(const Position&) const = default;
};

// A value and the place it was written at, so that a later step can still say where its error lies.
template <class T>
struct Located {
  T value{};
  Position at;

  bool is_set() const { return at.line != 0; }
  bool operator==(const Located&) const = default;
};

// What is wrong, and where.
struct Complaint {
  Position at;
  std::string sentence;

  bool operator==(const Complaint&) const = default;
};

struct TomlNode;
struct TomlEntry;
using TomlArray = std::vector<TomlNode>;
using TomlTable = std::vector<TomlEntry>;  // in the order of the file

// Fractions, dates and times: well-formed, but no key takes one.
struct TomlOther {
  std::string name;  // "a date"
};

struct TomlNode {
  std::variant<std::string, std::int64_t, bool, TomlArray, TomlTable, TomlOther> value;
  Position at;
};

struct TomlEntry {
  std::string key;
  Position at;  // the key's, not the value's
  TomlNode node;
};

const TomlEntry* find(const TomlTable& table, std::string_view key);

// At most 1 MiB, at most 16 levels of brackets and 16 dots in a line.
tl::expected<TomlTable, Complaint> parse_toml(std::string_view text);

}  // namespace sallyport::supervisor
