// Changes to a password file (password_file.hpp) for `sallyportctl user`: each takes the file's text and
// gives the new text. Order, comments and blank lines stay; a malformed file is refused, never mended.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace sallyport::auth {

struct NewUser {
  std::string name;
  std::optional<std::vector<std::string>> groups;  // absent: those the user has, none for a new one
  Secret password;                                 // may be empty; it is hashed like any other
};

// A name that is there already gets the new password, and the groups if given, in its line; a lock is
// lifted, as ocpasswd does.
Result<std::string> add_user(std::string_view file, const NewUser& user);

// denied: no such user. Locking a locked user, or unlocking one who is not, changes nothing.
Result<std::string> delete_user(std::string_view file, std::string_view name);
Result<std::string> lock_user(std::string_view file, std::string_view name);
Result<std::string> unlock_user(std::string_view file, std::string_view name);

struct UserSummary {
  std::string name;
  std::vector<std::string> groups;
  bool locked = false;
  bool operator==(const UserSummary&) const = default;
};
Result<std::vector<UserSummary>> list_users(std::string_view file);  // in the file's order

}  // namespace sallyport::auth
