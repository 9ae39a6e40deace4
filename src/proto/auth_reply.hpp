// <config-auth type="auth-reply">: the answers to a form (phase 3). Written so that ocserv's search for
// <username> and <password> finds them: no attributes, no white space, no CDATA in the values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/config_auth.hpp"
#include "proto/form_encoding.hpp"

namespace sallyport::proto {

struct AuthReply {
  ClientInfo client;
  std::string opaque;             // the gateway's element, verbatim; empty: none
  std::vector<FormField> fields;  // <auth>'s children in their order
  std::string group_select;       // empty: none

  bool operator==(const AuthReply&) const = default;

  // The client's answer to a form field, under the element name that belongs to it (protocol section 3.4):
  // group_list becomes group_select; answer, whichpin and new_password become <password>; verify_pin and
  // verify_password are not sent. Names that no element can have are left out.
  void answer(std::string_view field, const Secret& value);

  // The first field of that name; nullptr if there is none.
  const Secret* find(std::string_view name) const;

  static Result<AuthReply> parse(std::string_view body);
  std::string serialize() const;
};

}  // namespace sallyport::proto
