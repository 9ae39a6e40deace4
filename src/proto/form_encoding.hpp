// application/x-www-form-urlencoded, both ways: the version 1 login of phase 3, and percent-encoding as the
// webvpnc cookie uses it. Values are Secrets, for passwords are among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace sallyport::proto {

// The form field that selects the connection profile, in both versions.
constexpr std::string_view group_field = "group_list";

struct FormField {
  std::string name;
  Secret value;

  bool operator==(const FormField&) const = default;
};

// At most 64 KB and 64 fields; malformed: a '%' without two hex digits, a field without a name.
Result<std::vector<FormField>> parse_form(std::string_view body);
std::string serialize_form(const std::vector<FormField>& fields);

// Everything but RFC 3986's unreserved characters as %XX.
std::string percent_encode(std::string_view text);
Result<std::string> percent_decode(std::string_view text);

}  // namespace sallyport::proto
