// Where the client keeps its files: $XDG_CONFIG_HOME/sallyport, else ~/.config/sallyport. With sudo that may
// be a user's: what root does there is done with the rights of the folder's owner.
#pragma once

#include <string>

#include "base/result.hpp"
#include "sys/owner_rights.hpp"

namespace sallyport::client {

Result<std::string> config_folder();  // unavailable: no home

// While this lives, the rights are those of the folder's owner.
struct OpenedFolder {
  std::string path;
  sys::OwnerRights rights;
};
Result<OpenedFolder> open_config_folder();    // unavailable: no home; it need not be there
Result<OpenedFolder> ensure_config_folder();  // makes it, for this user only

}  // namespace sallyport::client
