#include "client/terminal_text.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace sallyport::client {

namespace {

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

std::string cut_to(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  const auto continues = [&] { return (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U; };
  while (size > 0 && continues()) --size;
  return std::string(text.substr(0, size));
}

std::string terminal_line(std::string_view text) {
  auto line = terminal_text(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace sallyport::client
