#include "client/profile_command.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "client/profile_folder.hpp"
#include "client/terminal_text.hpp"
#include "proto/profile.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

namespace {

void print_host(const proto::ProfileHost& host) {
  fmt::print("  {}  {}", terminal_line(host.name), terminal_line(host.url_text()));
  if (host.primary_protocol != "SSL") fmt::print("  ({})", terminal_line(host.primary_protocol));
  fmt::print("\n");
}

void print_backup(const std::vector<std::string>& servers, int indent) {
  for (const auto& server : servers) fmt::print("{:{}}backup  {}\n", "", indent, terminal_line(server));
}

}  // namespace

Result<void> list_profiles() {
  const auto folder = load_profiles();
  for (const auto& file : folder.files) {
    const auto profile = proto::Profile::parse(file.content);
    fmt::print("{}{}\n", file.name, profile ? "" : "  (broken: " + terminal_line(profile.error().text) + ")");
    if (!profile) continue;
    for (const auto& host : profile->hosts) print_host(host);
  }
  if (!folder.faults.empty()) return tl::unexpected(folder.faults.front());
  return {};
}

Result<void> show_profile(const std::string& name) {
  const auto folder = load_profiles();
  const auto found = std::ranges::find_if(
      folder.files, [&](const ProfileFile& file) { return file.name == name || file.name == name + ".xml"; });
  if (found == folder.files.end()) {
    return fail(ErrorKind::unavailable, "there is no client profile " + terminal_line(name) +
                                            "; `sallyport profile list` shows those that there are");
  }
  const auto profile = proto::Profile::parse(found->content);
  if (!profile) return fail(profile.error().kind, found->name + ": " + terminal_line(profile.error().text));
  fmt::print("hosts\n");
  for (const auto& host : profile->hosts) {
    print_host(host);
    print_backup(host.backup, 4);
  }
  print_backup(profile->backup, 2);
  fmt::print("settings\n");
  for (const auto& setting : profile->settings) {
    fmt::print("  {} = {}{}\n", terminal_line(setting.name), terminal_line(setting.value),
               setting.user_controllable ? "  (the user may change it)" : "");
  }
  return {};
}

Result<void> import_profile(const std::string& path) {
  const auto content = TRY(sys::read_existing(path, proto::max_profile_size));
  if (const auto checked = proto::check_profile(as_text(content)); !checked) {
    return fail(checked.error().kind, path + ": " + checked.error().text);
  }
  const auto name = std::filesystem::path(path).filename().string();
  if (const auto saved = save_profile(name, as_text(content)); !saved) {
    return fail(saved.error().kind, path + ": " + saved.error().text);
  }
  return {};
}

}  // namespace sallyport::client
