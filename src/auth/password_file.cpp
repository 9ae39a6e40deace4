#include "auth/password_file.hpp"

#include <algorithm>
#include <functional>

#include "auth/crypt_hash.hpp"
#include "auth/file_lines.hpp"
#include "base/text.hpp"

namespace sallyport::auth {

namespace {

std::vector<std::string> parse_groups(std::string_view field) {
  std::vector<std::string> groups;
  for (const auto part : split(field, ','))
    if (const auto group = trim(part); group.size() > 1) groups.emplace_back(group);
  return groups;
}

Result<PasswordEntry> parse_entry(const FileLine& line) {
  const auto fields = split(line.text, ':');
  if (fields.size() != 3) return fail_line(line, "not of the form user:groups:hash");
  const auto user = fields[0];
  if (user.empty()) return fail_line(line, "no user name");
  if (user.size() > max_user_name_size) return fail_line(line, "a user name longer than 256 bytes");
  auto hash = fields[2];
  const bool locked = hash.starts_with('!');
  if (locked) hash.remove_prefix(1);
  if (!hash.empty() && !is_supported_hash(hash))
    return fail_line(line, "a password hash of no method known here");
  auto groups = parse_groups(fields[1]);
  if (std::ranges::any_of(groups, [](const auto& group) { return group.size() > max_group_name_size; }))
    return fail_line(line, "a group name longer than 256 bytes");
  return PasswordEntry{std::string(user), std::move(groups), Secret(hash), locked};
}

}  // namespace

Result<PasswordFile> PasswordFile::parse(std::string_view file) {
  PasswordFile result;
  for (const auto& line : TRY(content_lines(file))) {
    auto entry = TRY(parse_entry(line));
    const auto index = result.entries_.size();
    if (index == max_users) return fail_line(line, "more than 100000 users");
    if (!result.by_user_.emplace(entry.user, index).second)
      return fail_line(line, "a second line for the user '" + escape_for_log(entry.user) + "'");
    if (!entry.hash.empty()) result.hashed_.push_back(index);
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

const PasswordEntry* PasswordFile::find(std::string_view user) const {
  const auto found = by_user_.find(std::string(user));
  return found == by_user_.end() ? nullptr : &entries_[found->second];
}

// A hash to be busy with for a user who has none. It is one of the file's own, the same at each try, so that
// in a file of several methods an unknown name takes the time of some real one.
std::string PasswordFile::decoy_for(std::string_view user) const {
  if (hashed_.empty()) return "$y$j9T$UxZ3hQm0vT7yq1N8kLb2c/$";
  const auto index = hashed_[std::hash<std::string_view>{}(user) % hashed_.size()];
  return std::string(entries_[index].hash.reveal_text());
}

PasswordFile::Verdict PasswordFile::verify(std::string_view user, const Secret& password) const {
  const auto* entry = find(user);
  const bool has_hash = entry != nullptr && !entry->hash.empty();
  const auto setting = has_hash ? std::string(entry->hash.reveal_text()) : decoy_for(user);
  const auto computed = crypt_hash(password, setting);
  if (entry == nullptr || !computed) return Refused{};
  const bool right = has_hash ? *computed == entry->hash : password.empty();
  if (!right) return Refused{};
  if (entry->locked) return Locked{};
  return Accepted{entry->groups};
}

}  // namespace sallyport::auth
