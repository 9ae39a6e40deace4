// Text helpers for protocol code: hex, base64, ASCII case, numbers, UTF-8, escaping for logs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace sallyport {

enum class HexCase { lower, upper };
std::string to_hex(ByteView bytes, HexCase letters = HexCase::lower);
Result<Bytes> from_hex(std::string_view text);  // either case; malformed: odd length or other characters

std::string to_base64(ByteView bytes);
Result<Bytes> from_base64(std::string_view text);  // strict RFC 4648 section 4, padding required

// ASCII only: header names and cipher names, never user text.
char to_lower(char character);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view left, std::string_view right);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

std::string_view trim(std::string_view text);                                // blanks and tabs at both ends
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts

// Decimal digits only, no sign, no blanks; malformed when out of [0, maximum].
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t maximum);

// The character that UTF-8 text begins with.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // in bytes; 0: not UTF-8
};
// RFC 3629: the shortest form only, no surrogates, at most U+10FFFF. `text` is not empty.
Character first_character(std::string_view text);

// What a peer sent, fit for a log line: control and non-ASCII bytes as \xNN, cut to `limit` characters.
std::string escape_for_log(std::string_view text, std::size_t limit = 200);
// The same for the value of a field, in quotes if it has one of `marks`: one field must not look like two,
// and what a client calls itself has a say in them.
std::string field_for_log(std::string_view text, std::string_view marks);

}  // namespace sallyport
