#include "client/command_line.hpp"

#include "auth/token_secret.hpp"
#include "base/text.hpp"
#include "proto/dtls_suites.hpp"

namespace sallyport::client {

Result<FormEntry> parse_form_entry(std::string_view text) {
  const auto colon = text.find(':');
  const auto equals = text.find('=', colon == std::string_view::npos ? 0 : colon);
  if (colon == 0 || colon == std::string_view::npos || equals == std::string_view::npos ||
      equals == colon + 1) {
    return fail(ErrorKind::malformed, "FORM:NAME=VALUE is expected");
  }
  return FormEntry{std::string(text.substr(0, colon)),
                   std::string(text.substr(colon + 1, equals - colon - 1)),
                   std::string(text.substr(equals + 1))};
}

Result<std::string> parse_token_mode(std::string_view text) {
  if (auth::parse_token_mode(text)) return std::string(text);
  return fail(ErrorKind::unsupported,
              "'" + escape_for_log(text) + "' tokens are not supported, only totp and hotp");
}

void set_token_secret(ConnectOptions& options, std::string_view text) {
  if (text.starts_with('@')) {
    options.token_file = text.substr(1);
  } else if (text.starts_with('/')) {
    options.token_file = text;
  } else {
    options.token_secret = Secret(text);
  }
}

namespace {

Result<std::vector<std::string>> parse_suites(proto::SuiteHeader header, std::string_view text) {
  std::vector<std::string> names;
  for (const auto name : split(text, ':')) {
    if (proto::find_dtls_suite(header, name) == nullptr) {
      return fail(ErrorKind::unsupported, "there is no DTLS suite '" + escape_for_log(name) + "' here");
    }
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

Result<std::vector<std::string>> parse_dtls_ciphers(std::string_view text) {
  return parse_suites(proto::SuiteHeader::dtls, text);
}

Result<std::vector<std::string>> parse_dtls12_ciphers(std::string_view text) {
  return parse_suites(proto::SuiteHeader::dtls12, text);
}

}  // namespace sallyport::client
