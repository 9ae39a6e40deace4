// `sallyportctl user`: edits a users file (the format of ocpasswd), atomically.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace sallyport::admin {

enum class UserAction { add, remove, lock, unlock, list };

struct UserCommand {
  UserAction action = UserAction::list;
  std::string file;
  std::string name;                  // not for list
  std::optional<std::string> group;  // add: the user's groups, separated by commas
  bool password_from_stdin = false;  // add: one line of stdin instead of asking on the terminal
  bool json = false;
};

Result<void> edit_users(const UserCommand& command);

}  // namespace sallyport::admin
