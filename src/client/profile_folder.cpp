#include "client/profile_folder.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>

#include "client/folders.hpp"
#include "proto/client_messages.hpp"
#include "proto/profile.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

namespace {

constexpr std::string_view subfolder = "/profiles";

Result<std::vector<std::string>> profile_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    auto name = entry->path().filename().string();
    std::error_code unknown;
    if (proto::is_profile_name(name) && entry->is_regular_file(unknown)) names.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(ErrorKind::internal, "cannot read " + folder + ": " + error.message());
  }
  std::ranges::sort(names);
  return names;
}

Result<void> load_into(ProfileFolder& loaded) {
  const auto opened = TRY(open_config_folder());
  const auto folder = opened.path + std::string(subfolder);
  for (const auto& name : TRY(profile_names(folder))) {
    if (loaded.files.size() == proto::max_stored_profiles) {
      return fail(ErrorKind::unsupported, "there are more than " +
                                              std::to_string(proto::max_stored_profiles) + " in " + folder +
                                              "; the others are left aside");
    }
    const auto content = sys::read_existing(folder + '/' + name, proto::max_profile_size);
    if (content) {
      loaded.files.push_back({name, std::string(as_text(*content))});
    } else {
      loaded.faults.push_back(content.error());
    }
  }
  return {};
}

}  // namespace

ProfileFolder load_profiles() {
  ProfileFolder loaded;
  if (!config_folder()) return loaded;  // nowhere to look
  if (const auto done = load_into(loaded); !done) loaded.faults.push_back(done.error());
  return loaded;
}

Result<void> save_profile(const std::string& name, std::string_view content) {
  if (!proto::is_profile_name(name)) {
    return fail(ErrorKind::malformed, "a client profile can't have this name; it ends in .xml");
  }
  const auto opened = TRY(ensure_config_folder());
  const auto folder = opened.path + std::string(subfolder);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("cannot make " + folder);
  const auto names = TRY(profile_names(folder));
  if (names.size() >= proto::max_stored_profiles && !std::ranges::binary_search(names, name)) {
    return fail(ErrorKind::denied, "there are " + std::to_string(names.size()) + " already in " + folder +
                                       ": remove some of them");
  }
  return sys::replace_file(folder + '/' + name, as_bytes(content), {.mode = 0600});
}

}  // namespace sallyport::client
