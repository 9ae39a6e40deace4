#include "client/session_cookie.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "proto/cookies.hpp"

namespace sallyport::client {

namespace {

constexpr std::string_view cookie_name = "webvpn";

// Grows without leaving copies behind: there is room for everything from the start.
class Lines {
 public:
  explicit Lines(std::size_t room) { bytes_.reserve(room); }

  void add(std::string_view name, std::string_view before, std::string_view value) {
    append(name);
    append("='");
    append(before);
    for (const char character : value) {
      if (character == '\'') {
        append(R"('\'')");
      } else {
        bytes_.push_back(static_cast<std::uint8_t>(character));
      }
    }
    append("'\n");
  }
  Secret take() { return Secret(std::move(bytes_)); }

 private:
  void append(std::string_view text) {
    const auto bytes = as_bytes(text);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  Bytes bytes_;
};

}  // namespace

bool is_cookie_value(std::string_view text) {
  // RFC 6265, 4.1.1, but for the quotes, commas and backslashes that are harmless to us.
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != ';'; });
}

Result<Secret> token_in_cookies(const Secret& line) {
  const auto cookies = proto::parse_cookies(line.reveal_text());
  if (const auto* token = proto::find_cookie(cookies, cookie_name)) {
    if (is_cookie_value(token->reveal_text())) return *token;
  } else if (const auto text = trim(line.reveal_text()); is_cookie_value(text)) {
    return Secret(text);
  }
  return fail(ErrorKind::malformed,
              "standard input has no session cookie: webvpn=… or its value is expected");
}

Secret LoggedIn::serialize() const {
  constexpr std::size_t longest_quote = 4;
  const auto host = proto::bracketed(address.address.to_text());
  const auto url = "https://" + gateway.authority() + '/';
  const auto resolve = proto::bracketed(gateway.host) + ':' + address.address.to_text();
  const auto size = token.size() + host.size() + url.size() + certificate.size() + resolve.size();
  Lines lines(size * longest_quote + 100);
  lines.add("COOKIE", "webvpn=", token.reveal_text());
  lines.add("HOST", "", host);
  lines.add("CONNECT_URL", "", url);
  lines.add("FINGERPRINT", "", certificate);
  lines.add("RESOLVE", "", resolve);
  return lines.take();
}

}  // namespace sallyport::client
