#include "auth/token_secret.hpp"

#include <limits>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace sallyport::auth {

namespace {

constexpr std::string_view url_scheme = "otpauth://";
constexpr std::size_t max_text_size = 2048;
constexpr std::uint64_t max_counter = std::numeric_limits<std::int64_t>::max();

std::optional<unsigned> base32_value(char character) {
  const char letter = to_lower(character);
  if (letter >= 'a' && letter <= 'z') return static_cast<unsigned>(letter - 'a');
  if (letter >= '2' && letter <= '7') return static_cast<unsigned>(letter - '2' + 26);
  return std::nullopt;
}

// RFC 4648 section 6; either case, padding optional, blanks and dashes between groups left out, since that is
// how secrets are printed for people.
Result<Secret> from_base32(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  Bytes bytes;
  bytes.reserve(text.size());
  std::uint32_t bits = 0;
  int count = 0;
  for (const char character : text) {
    if (character == ' ' || character == '-') continue;
    const auto value = base32_value(character);
    if (!value) return fail(ErrorKind::malformed, "the token secret is not base32");
    bits = (bits << 5 | *value) & 0xfffU;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  return Secret(std::move(bytes));
}

Result<Secret> parse_key(std::string_view text) {
  constexpr std::string_view base32 = "base32:";
  if (starts_with_ignoring_case(text, base32)) return from_base32(text.substr(base32.size()));
  if (!starts_with_ignoring_case(text, "0x")) return Secret(text);
  auto bytes = from_hex(text.substr(2));
  if (!bytes) return fail(ErrorKind::malformed, "the token secret is not hexadecimal");
  return Secret(std::move(*bytes));
}

Result<OtpAlgorithm> parse_algorithm(std::string_view name) {
  if (equals_ignoring_case(name, "sha1")) return OtpAlgorithm::sha1;
  if (equals_ignoring_case(name, "sha256")) return OtpAlgorithm::sha256;
  if (equals_ignoring_case(name, "sha512")) return OtpAlgorithm::sha512;
  return fail(ErrorKind::unsupported, "the token's algorithm is none of SHA1, SHA256 and SHA512");
}

// Numbers that are no secret, but stand beside one: the error says which, not what.
Result<std::uint64_t> number_in(std::string_view text, std::uint64_t minimum, std::uint64_t maximum,
                                std::string_view what) {
  const auto number = parse_number(text, maximum);
  if (!number || *number < minimum)
    return fail(ErrorKind::malformed, "the token's " + std::string(what) + " is not a number from " +
                                          std::to_string(minimum) + " to " + std::to_string(maximum));
  return *number;
}

// Only what base32 needs: '=' may be written %3D and blanks as '+' or %20.
Secret percent_decoded(std::string_view text) {
  Bytes result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : Result<Bytes>(Bytes{});
    const bool decoded = byte && byte->size() == 1;
    result.push_back(decoded ? byte->front() : static_cast<std::uint8_t>(text[i] == '+' ? ' ' : text[i]));
    if (decoded) i += 2;
  }
  return Secret(std::move(result));
}

Result<void> set_parameter(OtpToken& token, std::string_view name, std::string_view value) {
  if (name == "secret") {
    token.key = TRY(from_base32(percent_decoded(value).reveal_text()));
  } else if (name == "algorithm") {
    token.algorithm = TRY(parse_algorithm(value));
  } else if (name == "digits") {
    token.digits = static_cast<int>(TRY(number_in(value, 6, 8, "digits")));
  } else if (name == "period") {
    token.period = std::chrono::seconds(TRY(number_in(value, 1, 3600, "period")));
  } else if (name == "counter") {
    token.counter = TRY(number_in(value, 0, max_counter, "counter"));
  }
  return {};
}

// otpauth://TYPE/LABEL?secret=BASE32&issuer=…&algorithm=SHA1&digits=6&period=30&counter=0
Result<OtpToken> parse_url(OtpMode mode, std::string_view url) {
  url.remove_prefix(url_scheme.size());
  const auto type = url.substr(0, url.find_first_of("/?"));
  if (!equals_ignoring_case(type, mode == OtpMode::totp ? "totp" : "hotp"))
    return fail(ErrorKind::malformed, "the token's URL is not of the token mode asked for");
  OtpToken token{.mode = mode};
  const auto query = url.find('?');
  if (query != std::string_view::npos)
    for (const auto parameter : split(url.substr(query + 1), '&')) {
      const auto equal_sign = std::min(parameter.find('='), parameter.size());
      const auto value = parameter.substr(std::min(equal_sign + 1, parameter.size()));
      TRY(set_parameter(token, parameter.substr(0, equal_sign), value));
    }
  return token;
}

Result<OtpToken> parse_plain(OtpMode mode, std::string_view text) {
  OtpToken token{.mode = mode};
  if (const auto colon = text.find(':'); colon != std::string_view::npos)
    if (const auto algorithm = parse_algorithm(text.substr(0, colon))) {
      token.algorithm = *algorithm;
      text.remove_prefix(colon + 1);
    }
  if (const auto comma = text.rfind(','); mode == OtpMode::hotp && comma != std::string_view::npos) {
    token.counter = TRY(number_in(text.substr(comma + 1), 0, max_counter, "counter"));
    text = text.substr(0, comma);
  }
  token.key = TRY(parse_key(text));
  return token;
}

}  // namespace

Result<OtpMode> parse_token_mode(std::string_view text) {
  if (text == "totp") return OtpMode::totp;
  if (text == "hotp") return OtpMode::hotp;
  return fail(ErrorKind::unsupported, "the token mode is neither totp nor hotp");
}

Result<OtpToken> parse_token_secret(OtpMode mode, const Secret& secret) {
  const auto text = secret.reveal_text();
  if (text.size() > max_text_size) return fail(ErrorKind::malformed, "the token secret is too long");
  auto token =
      TRY(starts_with_ignoring_case(text, url_scheme) ? parse_url(mode, text) : parse_plain(mode, text));
  if (token.key.empty()) return fail(ErrorKind::malformed, "the token secret is empty");
  return token;
}

Secret counter_advanced(const Secret& secret, std::uint64_t counter) {
  const auto text = secret.reveal_text();
  const bool url = starts_with_ignoring_case(text, url_scheme);
  const auto query = url ? std::min(text.find('?'), text.size()) : 0;
  const std::string_view mark = url ? "&counter=" : ",";
  auto start = text.substr(query).rfind(mark);
  if (url && start == std::string_view::npos && text.substr(query).starts_with("?counter=")) start = 0;
  const bool found = start != std::string_view::npos;
  const auto digits = found ? query + start + mark.size() : text.size();
  const auto end = url ? std::min(text.find('&', digits), text.size()) : text.size();

  Bytes result;
  result.reserve(text.size() + mark.size() + 20);
  const auto append = [&](std::string_view part) { result.insert(result.end(), part.begin(), part.end()); };
  append(text.substr(0, digits));
  if (!found) append(mark);
  append(std::to_string(counter));
  append(text.substr(end));
  return Secret(std::move(result));
}

}  // namespace sallyport::auth
