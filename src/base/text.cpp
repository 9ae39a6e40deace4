#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport {

namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

std::string to_hex(ByteView bytes, HexCase letters) {
  const std::string_view digits = letters == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorKind::malformed, "hex text has an odd number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return fail(ErrorKind::malformed, "hex text has another character than 0-9 a-f");
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (left > 1) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (left > 2) group |= bytes[i + 2];
    text += base64_alphabet[group >> 18 & 63];
    text += base64_alphabet[group >> 12 & 63];
    text += left > 1 ? base64_alphabet[group >> 6 & 63] : '=';
    text += left > 2 ? base64_alphabet[group & 63] : '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(ErrorKind::malformed, "base64 text is not a multiple of four characters");
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    auto group = text.substr(i, 4);
    std::size_t padding = 0;
    if (i + 4 == text.size()) padding = group.ends_with("==") ? 2 : group.ends_with('=') ? 1 : 0;
    std::uint32_t value = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const auto place = j < 4 - padding ? base64_alphabet.find(group[j]) : 0;
      if (place == std::string_view::npos)
        return fail(ErrorKind::malformed, "base64 text has a foreign character");
      value = value << 6 | static_cast<std::uint32_t>(place);
    }
    const std::array<std::uint8_t, 3> three{static_cast<std::uint8_t>(value >> 16),
                                            static_cast<std::uint8_t>(value >> 8),
                                            static_cast<std::uint8_t>(value)};
    bytes.insert(bytes.end(), three.begin(), three.end() - static_cast<std::ptrdiff_t>(padding));
    for (std::size_t j = 3 - padding; j < 3; ++j) {
      if (three[j] != 0) return fail(ErrorKind::malformed, "base64 text ends in stray bits");
    }
  }
  return bytes;
}

char to_lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) character = to_lower(character);
  return lower;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return to_lower(a) == to_lower(b); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text.find(separator, start)) != std::string_view::npos; start = end + 1) {
    parts.push_back(text.substr(start, end - start));
  }
  parts.push_back(text.substr(start));
  return parts;
}

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t maximum) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > maximum) {
    return fail(ErrorKind::malformed, "not a number from 0 to " + std::to_string(maximum));
  }
  return value;
}

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (const char byte : text.substr(1, size - 1)) {
    if (!is_continuation(byte)) return {};
    code = code << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  const std::uint32_t least = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < least || code > 0x10ffff || surrogate ? Character{} : Character{code, size};
}

std::string escape_for_log(std::string_view text, std::size_t limit) {
  std::string safe;
  for (char character : text) {
    if (safe.size() >= limit) return safe + "…";
    if (character == '\\' || character == '"') {
      safe += '\\';
      safe += character;
    } else if (character >= ' ' && character < '\x7f') {
      safe += character;
    } else {
      const auto byte = static_cast<std::uint8_t>(character);
      safe += "\\x" + to_hex(ByteView(&byte, 1));
    }
  }
  return safe;
}

std::string field_for_log(std::string_view text, std::string_view marks) {
  const auto safe = escape_for_log(text);
  return text.find_first_of(marks) == std::string_view::npos ? safe : '"' + safe + '"';
}

}  // namespace sallyport
