#include "proto/fields.hpp"

namespace sallyport::proto::fields {

namespace {

bool is_hex_digit(char character) {
  const char lower = to_lower(character);
  return (lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f');
}

// "%XX" at this place of the text.
bool is_escape(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && is_hex_digit(text[at + 1]) && is_hex_digit(text[at + 2]);
}

}  // namespace

Result<std::string> Text::read(std::string_view text) const {
  if (text.size() > limit) {
    return fail(ErrorKind::malformed, "text is longer than " + std::to_string(limit) + " bytes");
  }
  return std::string(text);
}

Written Text::write(const std::string& text) const {
  std::string line(text);
  for (char& character : line) {
    if (is_control(character) && character != '\t') character = ' ';
  }
  const auto trimmed = trim(line);
  return trimmed.empty() ? Written() : std::string(trimmed);
}

Result<std::string> Lines::read(std::string_view text) const {
  if (text.size() > limit) {
    return fail(ErrorKind::malformed, "text is longer than " + std::to_string(limit) + " bytes");
  }
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_escape(text, i)) {
      lines += as_text(TRY(from_hex(text.substr(i + 1, 2))));
      i += 2;
    } else {
      lines += text[i];
    }
  }
  return lines;
}

Written Lines::write(const std::string& text) const {
  if (text.empty()) return {};
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A blank at either end would be lost in a header; a lone '%' stays readable to clients that don't
    // decode.
    const bool lost_blank = text[i] == ' ' && (i == 0 || i + 1 == text.size());
    if (is_control(text[i]) || lost_blank || is_escape(text, i)) {
      line += '%' + to_hex(as_bytes(std::string_view(text).substr(i, 1)), HexCase::upper);
    } else {
      line += text[i];
    }
  }
  return line;
}

Result<std::string> HostName::read(std::string_view text) const {
  constexpr std::size_t longest = 253;  // RFC 1035 section 2.3.4, as text
  const bool sound = std::ranges::all_of(text, [](char character) {
    const char lower = to_lower(character);
    return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-' || lower == '_' ||
           lower == '.';
  });
  if (!sound || text.size() > longest) return fail(ErrorKind::malformed, "not a host name");
  return std::string(text);
}

Result<List::Value> List::read(std::string_view text) const {
  constexpr std::size_t max_words = 128;
  constexpr std::size_t max_word = 128;
  Value words;
  for (auto part : split(text, separator)) {
    const auto word = trim(part);
    if (word.empty()) continue;
    if (word.size() > max_word || words.size() == max_words) {
      return fail(ErrorKind::malformed, "a list has too many or too long words");
    }
    words.emplace_back(word);
  }
  return words;
}

Written List::write(const Value& words) const {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return Text().write(text);
}

Result<std::uint16_t> Mtu::read(std::string_view text) const {
  const auto bytes = TRY(parse_number(text, UINT64_MAX));
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(bytes, largest));
}

Result<bool> Boolean::read(std::string_view text) const {
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return fail(ErrorKind::malformed, "neither true nor false");
}

Result<std::chrono::seconds> Seconds::read(std::string_view text) const {
  if (equals_ignoring_case(text, "none")) return std::chrono::seconds(0);
  return std::chrono::seconds(TRY(parse_number(text, static_cast<std::uint64_t>(max_seconds.count()))));
}

Written Seconds::write(std::chrono::seconds value) const {
  return value <= std::chrono::seconds(0) ? Written() : std::to_string(value.count());
}

Written SlashNetmask::write(const Prefix& prefix) const {
  if (prefix.address().is_v6()) return prefix.to_text();
  return prefix.address().to_text() + "/" + prefix.netmask().to_text();
}

Result<Prefix> Netmask::read(std::string_view text) const {
  if (text.find(':') == std::string_view::npos) return Prefix::parse("0.0.0.0/" + std::string(text));
  return Prefix::parse(text);
}

Written Netmask::write(const Prefix& prefix) const {
  return prefix.address().is_v4() ? prefix.netmask().to_text() : prefix.to_text();
}

Result<Bytes> HexBytes::read(std::string_view text) const {
  if (text.size() > 2 * most || text.size() < 2 * least) {
    return fail(ErrorKind::malformed, "hex text has the wrong length");
  }
  return from_hex(text);
}

Result<Secret> HexSecret::read(std::string_view text) const {
  return Secret(TRY(HexBytes({size, size}).read(text)));
}

Written HexSecret::write(const Secret& secret) const {
  // Upper case as openconnect sends it; readers take both.
  return secret.empty() ? Written() : to_hex(secret.reveal(), HexCase::upper);
}

Result<void> check_headers(const HeaderList& headers) {
  if (headers.size() > max_headers) return fail(ErrorKind::malformed, "too many headers");
  for (const auto& [name, value] : headers) {
    if (name.empty() || std::ranges::any_of(name, is_control)) {
      return fail(ErrorKind::malformed, "a header name is empty or has control characters");
    }
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; })) {
      return fail(ErrorKind::malformed, "a header value has control characters");
    }
  }
  return {};
}

const std::string* find(const HeaderList& headers, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& header : headers) {
    if (equals_ignoring_case(header.first, name)) found = &header.second;
  }
  return found;
}

}  // namespace sallyport::proto::fields
