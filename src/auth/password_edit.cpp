#include "auth/password_edit.hpp"

#include "auth/crypt_hash.hpp"
#include "auth/file_lines.hpp"
#include "auth/password_file.hpp"
#include "base/text.hpp"

namespace sallyport::auth {

namespace {

// Where a user's line stands in the text, and its fields.
struct Place {
  std::size_t offset = 0;
  std::size_t size = 0;  // without the line end
  std::string_view groups;
  std::string_view hash;  // with the '!'
};

Result<std::optional<Place>> place_of(std::string_view file, std::string_view name) {
  TRY(PasswordFile::parse(file));
  for (const auto& line : TRY(content_lines(file))) {
    const auto fields = split(line.text, ':');
    if (fields[0] != name) continue;
    const auto offset = static_cast<std::size_t>(line.text.data() - file.data());
    return Place{offset, line.text.size(), fields[1], fields[2]};
  }
  return std::nullopt;
}

Result<Place> require(std::string_view file, std::string_view name) {
  const auto place = TRY(place_of(file, name));
  if (!place) return fail(ErrorKind::denied, "there is no user '" + escape_for_log(name) + "' in the file");
  return *place;
}

std::string replaced(std::string_view file, std::size_t offset, std::size_t size, std::string_view by) {
  std::string result(file);
  return result.replace(offset, size, by);
}

std::string line_for(std::string_view name, std::string_view groups, std::string_view hash) {
  return std::string(name) + ":" + std::string(groups) + ":" + std::string(hash);
}

Result<std::string> join_groups(const std::vector<std::string>& groups) {
  std::string joined;
  for (const auto& group : groups) {
    if (group.size() < 2 || trim(group) != group || group.find_first_of(":,") != std::string::npos ||
        has_control_characters(group))
      return fail(ErrorKind::malformed,
                  "a group's name needs two characters or more, and neither ':' nor ','");
    joined += (joined.empty() ? "" : ",") + group;
  }
  return joined.empty() ? "*" : joined;
}

Result<void> check_name(std::string_view name) {
  if (name.empty() || name.size() > max_user_name_size)
    return fail(ErrorKind::malformed, "a user name has 1 to 256 bytes");
  if (name.starts_with('#') || trim(name) != name || name.find(':') != std::string_view::npos ||
      has_control_characters(name))
    return fail(
        ErrorKind::malformed,
        "a user name holds no ':' or control character, begins with no '#' and has no blanks around it");
  return {};
}

// The limits hold for what is written as for what is read.
Result<std::string> checked(std::string file) {
  TRY(PasswordFile::parse(file));
  return file;
}

}  // namespace

Result<std::string> add_user(std::string_view file, const NewUser& user) {
  TRY(check_name(user.name));
  const auto place = TRY(place_of(file, user.name));
  std::string groups = place ? std::string(place->groups) : "*";
  if (user.groups) groups = TRY(join_groups(*user.groups));
  const auto hash = TRY(new_hash(user.password));
  const auto line = line_for(user.name, groups, hash.reveal_text());
  if (place) return checked(replaced(file, place->offset, place->size, line));
  std::string result(file);
  if (!result.empty() && !result.ends_with('\n')) result += '\n';
  return checked(result + line + '\n');
}

Result<std::string> delete_user(std::string_view file, std::string_view name) {
  const auto place = TRY(require(file, name));
  const auto next_line = std::min(file.find('\n', place.offset), file.size() - 1) + 1;
  return replaced(file, place.offset, next_line - place.offset, "");
}

Result<std::string> lock_user(std::string_view file, std::string_view name) {
  const auto place = TRY(require(file, name));
  if (place.hash.starts_with('!')) return std::string(file);
  const auto line = line_for(name, place.groups, "!" + std::string(place.hash));
  return checked(replaced(file, place.offset, place.size, line));
}

Result<std::string> unlock_user(std::string_view file, std::string_view name) {
  const auto place = TRY(require(file, name));
  if (!place.hash.starts_with('!')) return std::string(file);
  return checked(
      replaced(file, place.offset, place.size, line_for(name, place.groups, place.hash.substr(1))));
}

Result<std::vector<UserSummary>> list_users(std::string_view file) {
  std::vector<UserSummary> users;
  const auto parsed = TRY(PasswordFile::parse(file));
  for (const auto& entry : parsed.entries()) users.push_back({entry.user, entry.groups, entry.locked});
  return users;
}

}  // namespace sallyport::auth
