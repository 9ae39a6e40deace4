// The user's client profiles, $XDG_CONFIG_HOME/sallyport/profiles/*.xml (phase 4). Only the front and the
// commands open them, never the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::client {

struct ProfileFile {
  std::string name;  // proto::is_profile_name()
  std::string content;
  bool operator==(const ProfileFile&) const = default;
};

// By name, at most proto::max_stored_profiles. Files with other names are nobody's business.
struct ProfileFolder {
  std::vector<ProfileFile> files;
  std::vector<Error> faults;  // what can't be read, and that there are more
};
ProfileFolder load_profiles();

// Replaces a file of the same name, as AnyConnect does: profiles of two gateways share their name. denied:
// the folder has proto::max_stored_profiles others; gateways must not fill the disk.
Result<void> save_profile(const std::string& name, std::string_view content);

}  // namespace sallyport::client
