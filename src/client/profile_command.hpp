// `sallyport profile`: the user's client profiles (phase 4), shown and added to.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sallyport::client {

// On stdout: each file's name, and its hosts by the name that `sallyport connect` takes.
Result<void> list_profiles();
// Hosts and settings of one; `name` with or without ".xml".
Result<void> show_profile(const std::string& name);
// Checks a file as the gateway does and puts it into the folder under its own name.
Result<void> import_profile(const std::string& path);

}  // namespace sallyport::client
