#include "client/folders.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

namespace sallyport::client {

Result<std::string> config_folder() {
  // XDG base directory specification: a relative path is to be ignored.
  const char* configured = std::getenv("XDG_CONFIG_HOME");
  if (configured != nullptr && configured[0] == '/') return std::string(configured) + "/sallyport";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.config/sallyport";
  return fail(ErrorKind::unavailable,
              "neither XDG_CONFIG_HOME nor HOME names a folder for the client's files");
}

Result<OpenedFolder> open_config_folder() {
  auto folder = TRY(config_folder());
  auto rights = TRY(sys::OwnerRights::take(folder));
  return OpenedFolder{std::move(folder), std::move(rights)};
}

Result<OpenedFolder> ensure_config_folder() {
  auto opened = TRY(open_config_folder());
  const auto& folder = opened.path;
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::internal, "cannot make " + folder + ": " + error.message());
  if (made && chmod(folder.c_str(), 0700) != 0) return fail_errno("cannot protect " + folder);
  return opened;
}

}  // namespace sallyport::client
