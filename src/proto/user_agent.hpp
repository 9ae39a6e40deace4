// Who a client says it is, by its User-Agent. A hint for quirks of phases 2, 4 and 5, never for access
// control.
#pragma once

#include <string_view>

namespace sallyport::proto {

enum class UserAgent {
  unknown,
  openconnect,
  openconnect_v3,    // up to version 3: speaks version 1 documents only, knows no IPv6 routes and DNS
  anyconnect,        // Cisco's, desktop and mobile
  anyconnect_apple,  // iOS
  clavister,         // its CONNECT target may lack the leading slash
  anylink,           // sslcon
  ip_phone,          // Cisco's telephones, at /svc
  sallyport,         // our own client
};

UserAgent classify_user_agent(std::string_view header);

bool is_openconnect(UserAgent agent);
bool is_anyconnect(UserAgent agent);

// Bare <auth> documents instead of <config-auth>.
inline bool wants_version_1(UserAgent agent) {
  return agent == UserAgent::openconnect_v3;
}

std::string_view to_text(UserAgent agent);

}  // namespace sallyport::proto
