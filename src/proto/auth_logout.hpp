// <config-auth type="logout">: the client ends its session for good, by its token.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "proto/config_auth.hpp"

namespace sallyport::proto {

struct AuthLogout {
  ClientInfo client;
  Secret session_token;

  bool operator==(const AuthLogout&) const = default;

  static Result<AuthLogout> parse(std::string_view body);
  std::string serialize() const;
};

}  // namespace sallyport::proto
