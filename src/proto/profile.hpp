// The client profile, AnyConnectProfile (phase 4): pushed by the gateway byte for byte, read by the client.
// The client reads what it knows and overlooks the rest; the gateway checks strictly when it starts, for a
// client that meets a broken profile ends the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

inline constexpr std::size_t max_profile_size = 1U << 20;

// One gateway of the profile's server list.
struct ProfileHost {
  std::string name;                 // the label a user picks
  std::string address;              // host, host:port or URL; the name where the profile has none
  std::string user_group;           // appended to the address as the group URL's path
  std::vector<std::string> backup;  // its own backup servers
  std::string primary_protocol = "SSL";

  bool operator==(const ProfileHost&) const = default;

  std::string url_text() const;  // address with the user group: what the client connects to
};

// An element of ClientInitialization, and those inside it, by name: AutoReconnect, AutoReconnectBehavior …
struct ProfileSetting {
  std::string name;
  std::string value;
  bool user_controllable = false;  // the user's preferences override it

  bool operator==(const ProfileSetting&) const = default;
};

struct Profile {
  std::vector<ProfileHost> hosts;
  std::vector<std::string> backup;  // for hosts without their own
  std::vector<ProfileSetting> settings;

  bool operator==(const Profile&) const = default;

  // At most max_profile_size. Elements in any order, hosts without a name and an address skipped.
  static Result<Profile> parse(std::string_view text);
};

// Whether a client can keep a profile under this name: one file of its folder, "corp.xml". 5 to 128 printable
// ASCII characters, no slash, none of the two kinds, no dot at the beginning, ".xml" at the end.
bool is_profile_name(std::string_view name);

// Whether the text is a profile that clients accept: well-formed, right root and name space, each known
// setting with a value its schema allows, hosts with names of their own and usable addresses. Unknown
// elements pass: profile editors are newer than any list. The error names the line.
Result<void> check_profile(std::string_view text);

}  // namespace sallyport::proto
