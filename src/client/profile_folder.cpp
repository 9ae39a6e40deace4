#include "client/profile_folder.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>

#include "client/folders.hpp"
#include "proto/profile.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

namespace {

constexpr std::string_view subfolder = "/profiles";

std::vector<std::string> profile_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    auto name = entry->path().filename().string();
    if (proto::is_profile_name(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

ProfileFolder load_profiles() {
  ProfileFolder loaded;
  const auto folder = config_folder();
  if (!folder) return loaded;  // nowhere to look
  for (const auto& name : profile_names(*folder + std::string(subfolder))) {
    const auto path = *folder + std::string(subfolder) + '/' + name;
    const auto content = sys::read_existing(path, proto::max_profile_size);
    if (content) {
      loaded.files.push_back({name, std::string(as_text(*content))});
    } else {
      loaded.faults.push_back(content.error());
    }
  }
  return loaded;
}

Result<void> save_profile(const std::string& name, std::string_view content) {
  if (!proto::is_profile_name(name)) {
    return fail(ErrorKind::malformed, "a client profile can't have this name; it ends in .xml");
  }
  const auto folder = TRY(ensure_config_folder()) + std::string(subfolder);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("cannot make " + folder);
  return sys::replace_file(folder + '/' + name, as_bytes(content), {.mode = 0600});
}

}  // namespace sallyport::client
