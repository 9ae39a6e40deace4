#include "proto/form_encoding.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::proto {

namespace {

constexpr std::size_t max_body = 64U << 10;
constexpr std::size_t max_fields = 64;

bool is_unreserved(char character) {
  const char c = to_lower(character);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

Result<std::string> decode_value(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

Result<std::vector<FormField>> parse_form(std::string_view body) {
  if (body.size() > max_body) return fail(ErrorKind::malformed, "the form is larger than 64 KB");
  std::vector<FormField> fields;
  for (const auto part : split(body, '&')) {
    if (part.empty()) continue;
    if (fields.size() == max_fields) return fail(ErrorKind::malformed, "the form has more than 64 fields");
    const auto equals = part.find('=');
    FormField field;
    field.name = TRY(decode_value(part.substr(0, equals)));
    if (field.name.empty()) return fail(ErrorKind::malformed, "the form has a field without a name");
    if (equals != std::string_view::npos) field.value = Secret(TRY(decode_value(part.substr(equals + 1))));
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string serialize_form(const std::vector<FormField>& fields) {
  std::string body;
  for (const auto& field : fields) {
    if (!body.empty()) body += '&';
    body += percent_encode(field.name) + '=' + percent_encode(field.value.reveal_text());
  }
  return body;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char character : text) {
    if (is_unreserved(character)) {
      encoded += character;
    } else {
      const auto byte = static_cast<std::uint8_t>(character);
      encoded += '%' + to_hex(ByteView(&byte, 1), HexCase::upper);
    }
  }
  return encoded;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1)
      return fail(ErrorKind::malformed, "a percent sign is not followed by two hex digits");
    decoded += static_cast<char>(byte->front());
    i += 2;
  }
  return decoded;
}

}  // namespace sallyport::proto
