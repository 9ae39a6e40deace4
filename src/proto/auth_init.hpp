// <config-auth type="init">: the client opens a login or changes its group (phase 2). The gateway accepts it
// on every authentication URL.
#pragma once

#include <string>
#include <string_view>

#include "proto/config_auth.hpp"

namespace sallyport::proto {

struct AuthInit {
  ClientInfo client;
  std::string group_access;       // the URL the user asked for; openconnect: the URL of the form after that
  std::string group_select;       // alias or, from AnyConnect, label; empty: not chosen yet
  bool client_cert_fail = false;  // asked for a certificate before, the client has none that fits

  bool operator==(const AuthInit&) const = default;

  static Result<AuthInit> parse(std::string_view body);
  std::string serialize() const;
};

}  // namespace sallyport::proto
