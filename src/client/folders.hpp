// Where the client keeps its files: $XDG_CONFIG_HOME/sallyport, else ~/.config/sallyport.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sallyport::client {

Result<std::string> config_folder();         // unavailable: no home
Result<std::string> ensure_config_folder();  // makes it, for this user only

}  // namespace sallyport::client
