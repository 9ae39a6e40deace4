#include "proto/user_agent.hpp"

#include <array>

#include "base/text.hpp"

namespace sallyport::proto {

namespace {

struct Prefix {
  std::string_view text;
  UserAgent agent;
};

constexpr std::string_view classic_openconnect = "Open AnyConnect VPN Agent v";

// In the order they are tried: "AnyConnect-compatible OpenConnect" (openconnect 9.20 and later) also begins
// with "AnyConnect".
constexpr std::array<Prefix, 10> prefixes = {{
    {classic_openconnect, UserAgent::openconnect},
    {"Cisco AnyConnect VPN Agent for Apple", UserAgent::anyconnect_apple},
    {"OpenConnect VPN Agent", UserAgent::openconnect},
    {"Cisco AnyConnect", UserAgent::anyconnect},
    {"AnyConnect-compatible OpenConnect", UserAgent::openconnect},
    {"AnyConnect-compatible Sallyport", UserAgent::sallyport},
    {"AnyConnect", UserAgent::anyconnect},
    {"Clavister OneConnect VPN", UserAgent::clavister},
    {"AnyLink Secure Client", UserAgent::anylink},
    {"Cisco SVC IPPhone Client", UserAgent::ip_phone},
}};

bool is_version_3(std::string_view header) {
  const auto version = header.substr(classic_openconnect.size());
  const auto digits = version.substr(0, version.find_first_not_of("0123456789"));
  const auto number = parse_number(digits, 1000);
  return number && *number <= 3;
}

}  // namespace

UserAgent classify_user_agent(std::string_view header) {
  if (header.starts_with(classic_openconnect) && is_version_3(header)) return UserAgent::openconnect_v3;
  for (const auto& [text, agent] : prefixes) {
    if (header.starts_with(text)) return agent;
  }
  return UserAgent::unknown;
}

bool is_openconnect(UserAgent agent) {
  return agent == UserAgent::openconnect || agent == UserAgent::openconnect_v3;
}

bool is_anyconnect(UserAgent agent) {
  return agent == UserAgent::anyconnect || agent == UserAgent::anyconnect_apple;
}

std::string_view to_text(UserAgent agent) {
  switch (agent) {
    case UserAgent::unknown:
      return "unknown";
    case UserAgent::openconnect:
      return "openconnect";
    case UserAgent::openconnect_v3:
      return "openconnect v3";
    case UserAgent::anyconnect:
      return "AnyConnect";
    case UserAgent::anyconnect_apple:
      return "AnyConnect for Apple";
    case UserAgent::clavister:
      return "Clavister OneConnect";
    case UserAgent::anylink:
      return "AnyLink";
    case UserAgent::ip_phone:
      return "IP phone";
    case UserAgent::sallyport:
      return "Sallyport";
  }
  return "unknown";
}

}  // namespace sallyport::proto
