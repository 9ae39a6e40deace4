// Which question of a login the software token answers (phase 3). Forms do not say it: the same field asks
// for the password, for it again after a wrong one, and for the code.
#pragma once

#include <optional>
#include <string>

#include "proto/auth_form.hpp"

namespace sallyport::client {

// What this login has asked so far, and how it was answered.
struct LoginHistory {
  std::optional<proto::AuthForm> last;  // the form before
  bool password_given = false;          // some form of this login was answered with a password
  bool code_given = false;              // the form before was answered with a code
};

// The gateway turned the last answers down, so that this form asks what the one before asked: it says so, or
// it is the same again.
bool repeats(const proto::AuthForm& form, const LoginHistory& past);

// The field that wants a code: secondary_password, the password of a challenge, or the only question after
// a password. Null: none. `group` as chosen in phase 2.
const proto::AuthField* token_field(const proto::AuthForm& form, const std::string& group,
                                    const LoginHistory& past);

// The form asks for one password after another was given, and the token does not answer, since that looks
// like the same question again: whoever is told of a failure is told of this.
bool is_held_back(const proto::AuthForm& form, const std::string& group, const LoginHistory& past);

}  // namespace sallyport::client
