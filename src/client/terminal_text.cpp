#include "client/terminal_text.hpp"

#include <algorithm>
#include <cstdint>

namespace sallyport::client {

namespace {

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // 0: not UTF-8
};

// RFC 3629: the shortest form only, no surrogates, at most U+10FFFF.
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

bool is_harmless(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;        // controls C0 and C1
  if (code >= 0x2028 && code <= 0x202e) return false;                    // line separators, directions
  if (code >= 0x2066 && code <= 0x2069) return false;                    // isolates
  if (code == 0x200e || code == 0x200f || code == 0x061c) return false;  // direction marks
  return code != 0xfeff;
}

}  // namespace

std::string terminal_text(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < max_terminal_text) {
    const auto [code, size] = first_character(text);
    if (code == '\r' && text.substr(1).starts_with('\n')) {
      text.remove_prefix(1);
      continue;
    }
    if (code == '\n' || code == '\r') {
      out += '\n';
    } else if (code == '\t') {
      out += ' ';
    } else if (size > 0 && is_harmless(code)) {
      if (out.size() + size > max_terminal_text) break;
      out += text.substr(0, size);
    } else {
      out += '?';
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string terminal_line(std::string_view text) {
  auto line = terminal_text(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace sallyport::client
