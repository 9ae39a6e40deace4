// What a login leaves behind (end of phase 3): the token for CONNECT, and what the downloader of phase 4
// needs, from the gateway's last document and, where that is silent, from its cookies.
#pragma once

#include "proto/auth_complete.hpp"
#include "proto/cookies.hpp"

namespace sallyport::client {

// The login succeeded. The token is the bearer of the session: whoever has it, has the tunnel.
struct Admission {
  Secret token;
  proto::AuthComplete complete;  // session id, banner, server-cert-hash, and what phase 4 needs
  std::string user;              // empty: no name was given
  std::string group;             // likewise

  // The document goes before the cookies webvpn and webvpnc, which are all that version 1 has. malformed: no
  // token in either, or one that can't be a cookie's value.
  static Result<Admission> from(proto::AuthComplete complete, const proto::CookieJar& cookies);
};

}  // namespace sallyport::client
