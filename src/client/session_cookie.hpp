// The session's cookie on its way from a run that only logs in (--authenticate) to one that only makes the
// tunnel (--cookie-on-stdin), in openconnect's forms, so that either may be either.
#pragma once

#include <string>
#include <string_view>

#include "base/ip.hpp"
#include "base/secret.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

// Whether it can be a cookie's value, in a header and in a line: what a gateway calls a token may be
// anything.
bool is_cookie_value(std::string_view text);

// The token in a line: webvpn's value among cookies ("a=b; webvpn=TOKEN"), or the whole line, if it names no
// cookie of that name and is one value. malformed: neither.
Result<Secret> token_in_cookies(const Secret& line);

// What a shell evaluates to get hold of a session.
struct LoggedIn {
  Secret token;
  proto::Url gateway;
  Endpoint address;         // at which it was reached
  std::string certificate;  // "pin-sha256:…" of its key

  // COOKIE, HOST, CONNECT_URL, FINGERPRINT and RESOLVE, a line each, as observed with openconnect 9.01; the
  // values are quoted for a shell, whatever is in them.
  Secret serialize() const;
};

}  // namespace sallyport::client
