#include "client/token_field.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace sallyport::client {

namespace {

using proto::AuthField;
using proto::AuthForm;
using Type = AuthField::Type;

// A new password or PIN is the user's to choose.
bool is_new_secret(const AuthField& field) {
  constexpr std::array<std::string_view, 3> names{"new_password", "verify_password", "verify_pin"};
  return std::ranges::find(names, field.name) != names.end();
}

// What a person would be asked, besides the group.
std::vector<const AuthField*> questions(const AuthForm& form, const std::string& group) {
  std::vector<const AuthField*> asked;
  for (const auto& field : form.fields) {
    const bool silent = field.type == Type::hidden || field.name == proto::group_field;
    if (!silent && form.is_asked(field, group)) asked.push_back(&field);
  }
  return asked;
}

// ocserv 1.1.6 tells a refusal in the message: "Login failed.\nPlease enter your password." Only its
// beginning counts: "a wrong code locks the account" is none.
bool tells_of_failure(std::string_view message) {
  constexpr std::array<std::string_view, 12> beginnings{"login failed",
                                                        "login incorrect",
                                                        "login denied",
                                                        "your login failed",
                                                        "access denied",
                                                        "password incorrect",
                                                        "authentication failed",
                                                        "password is incorrect",
                                                        "invalid ",
                                                        "incorrect ",
                                                        "wrong ",
                                                        "sorry"};
  message.remove_prefix(std::min(message.find_first_not_of(" \t\r\n"), message.size()));
  return std::ranges::any_of(
      beginnings, [&](std::string_view beginning) { return starts_with_ignoring_case(message, beginning); });
}

}  // namespace

bool repeats(const AuthForm& form, const LoginHistory& past) {
  if (form.error || tells_of_failure(form.message.filled())) return true;
  return past.last && past.last->id == form.id && past.last->message == form.message &&
         past.last->fields == form.fields;
}

const AuthField* token_field(const AuthForm& form, const std::string& group, const LoginHistory& past) {
  const auto asked = questions(form, group);
  const auto named = std::ranges::find(asked, proto::otp_field, &AuthField::name);
  if (named != asked.end()) return *named;
  const auto password = std::ranges::find_if(
      asked, [](const AuthField* field) { return field->type == Type::password && !is_new_secret(*field); });
  if (password == asked.end()) return nullptr;
  if (form.id == "challenge") return *password;
  if (asked.size() > 1 || !past.password_given) return nullptr;
  // A wrong password is asked again in the same way; a code must not go there.
  const bool asks_for_code = past.code_given || !repeats(form, past);
  return asks_for_code ? *password : nullptr;
}

bool is_held_back(const AuthForm& form, const std::string& group, const LoginHistory& past) {
  const auto asked = questions(form, group);
  return past.password_given && asked.size() == 1 && asked[0]->type == Type::password &&
         !is_new_secret(*asked[0]) && token_field(form, group, past) == nullptr;
}

}  // namespace sallyport::client
