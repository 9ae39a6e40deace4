#include "admin/users.hpp"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "admin/password_prompt.hpp"
#include "auth/password_edit.hpp"
#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "proto/admin.hpp"
#include "sys/files.hpp"

namespace sallyport::admin {

namespace {

constexpr std::size_t max_file = 4U << 20;

// Two editors at once take turns.
Result<Descriptor> lock_folder(const std::string& path) {
  auto folder = std::filesystem::absolute(path).parent_path().string();
  Descriptor lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || flock(lock.number(), LOCK_EX) != 0) return fail_errno("cannot lock " + folder);
  return lock;
}

Result<std::string> change(const UserCommand& command, const std::string& text) {
  switch (command.action) {
    case UserAction::remove:
      return auth::delete_user(text, command.name);
    case UserAction::lock:
      return auth::lock_user(text, command.name);
    case UserAction::unlock:
      return auth::unlock_user(text, command.name);
    default:
      break;
  }
  auth::NewUser user;
  user.name = command.name;
  if (command.group) {
    user.groups.emplace();
    for (const auto part : split(*command.group, ',')) user.groups->emplace_back(part);
  }
  user.password = TRY(read_new_password(command.password_from_stdin));
  return auth::add_user(text, user);
}

Result<void> list(const UserCommand& command, const std::string& text) {
  const auto users = TRY(auth::list_users(text));
  if (command.json) {
    std::vector<proto::UserEntry> entries;
    for (const auto& user : users) entries.push_back({user.name, user.groups, user.locked});
    fmt::print("{}\n", proto::serialize_users(entries));
    return {};
  }
  for (const auto& user : users) {
    fmt::print("{}{}{}{}\n", user.name, user.groups.empty() ? "" : " ", fmt::join(user.groups, ","),
               user.locked ? " (locked)" : "");
  }
  return {};
}

}  // namespace

Result<void> edit_users(const UserCommand& command) {
  const auto lock = TRY(lock_folder(command.file));
  const auto existing = TRY(sys::read_file(command.file, max_file));
  if (!existing && command.action != UserAction::add) {
    return fail(ErrorKind::unavailable, command.file + ": there is no such file");
  }
  const auto before = existing.value_or(sys::FileContent{});
  const std::string text(as_text(before.bytes));
  if (command.action == UserAction::list) {
    auto listed = list(command, text);
    if (!listed) listed.error().text = command.file + ": " + listed.error().text;
    return listed;
  }
  const auto after = change(command, text);
  if (!after) return fail(after.error().kind, command.file + ": " + after.error().text);
  return sys::replace_file(command.file, as_bytes(*after), before.rights);
}

}  // namespace sallyport::admin
