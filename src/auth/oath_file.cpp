#include "auth/oath_file.hpp"

#include <algorithm>
#include <limits>

#include "auth/file_lines.hpp"
#include "base/text.hpp"

namespace sallyport::auth {

namespace {

constexpr std::size_t max_key_size = 256;

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!(text = trim(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    result.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return result;
}

// HOTP, HOTP/E/8, HOTP/T30, HOTP/T60/6 …
Result<OtpToken> parse_type(std::string_view text) {
  const auto parts = split(text, '/');
  const auto unknown = fail(ErrorKind::unsupported, "a token type that is not HOTP, HOTP/E or HOTP/Tn");
  if (parts[0] != "HOTP" || parts.size() > 3) return unknown;
  OtpToken token{.mode = OtpMode::hotp};
  if (parts.size() > 1 && parts[1] != "E") {
    if (!parts[1].starts_with('T')) return unknown;
    const auto period = parse_number(parts[1].substr(1), 3600);
    if (!period || *period == 0)
      return fail(ErrorKind::malformed, "a token type whose step is not 1 to 3600 seconds");
    token.mode = OtpMode::totp;
    token.period = std::chrono::seconds(*period);
  }
  if (parts.size() == 3) {
    const auto digits = parse_number(parts[2], 8);
    if (!digits || *digits < 6) return fail(ErrorKind::malformed, "a token type without 6, 7 or 8 digits");
    token.digits = static_cast<int>(*digits);
  }
  return token;
}

Result<OtpToken> parse_token(const FileLine& line, const std::vector<std::string_view>& fields) {
  if (fields.size() < 4 || fields.size() > 7)
    return fail_line(line, "not of the form TYPE USER PIN SECRET, with up to three fields after it");
  auto token = parse_type(fields[0]);
  if (!token) return fail_line(line, token.error().kind, token.error().text);
  if (fields[1].size() > max_user_name_size) return fail_line(line, "a user name longer than 256 bytes");
  if (fields[2] != "-" && fields[2] != "+")
    return fail_line(line, ErrorKind::unsupported,
                     "a PIN; write '-' and let the password be the first round");
  auto key = from_hex(fields[3]);
  if (!key || key->empty() || key->size() > max_key_size)
    return fail_line(line, "a secret that is not 1 to 256 bytes in hexadecimal");
  token->key = Secret(std::move(*key));
  // For a time token liboath writes the field too, but its codes do not depend on it.
  if (fields.size() > 4 && token->mode == OtpMode::hotp) {
    const auto counter = parse_number(fields[4], std::numeric_limits<std::int64_t>::max());
    if (!counter) return fail_line(line, "a counter that is not a number");
    token->counter = *counter;
  }
  return std::move(*token);
}

}  // namespace

Result<OathFile> OathFile::parse(std::string_view file) {
  OathFile result;
  std::size_t count = 0;
  for (const auto& line : TRY(content_lines(file))) {
    const auto fields = words(line.text);
    auto token = TRY(parse_token(line, fields));
    if (++count > max_users) return fail_line(line, "more than 100000 tokens");
    auto& tokens = result.users_[std::string(fields[1])];
    const auto id = token_id(token.key);
    if (std::ranges::find(tokens, id, &Token::id) != tokens.end())
      return fail_line(line,
                       "a second line for the user '" + escape_for_log(fields[1]) + "' with the same secret");
    tokens.push_back({id, std::move(token)});
  }
  return result;
}

OathFile::Check OathFile::verify(std::string_view user, const Secret& code, OtpState& state,
                                 WallTime now) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return {Verdict::no_token};
  auto verdict = Verdict::refused;
  for (const auto& [id, token] : found->second) {
    const auto match = check_code(token, std::max(token.counter, state.next(user, id)), now, code);
    if (match.kind == OtpMatch::Kind::replayed) verdict = Verdict::replayed;
    if (match.kind != OtpMatch::Kind::fresh) continue;
    state.spend(user, id, match.position);
    return {Verdict::accepted, id, match.position};
  }
  return {verdict};
}

}  // namespace sallyport::auth
