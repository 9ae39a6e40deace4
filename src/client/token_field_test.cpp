#include "client/token_field.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using Type = proto::AuthField::Type;

proto::AuthField field(Type type, std::string name) {
  return {.type = type, .name = std::move(name)};
}

proto::AuthForm form(std::vector<proto::AuthField> fields, std::string message = "",
                     std::string id = "main") {
  proto::AuthForm made;
  made.id = std::move(id);
  made.message.text = std::move(message);
  made.has_form = true;
  made.fields = std::move(fields);
  return made;
}

const auto name = field(Type::text, "username");
const auto password = field(Type::password, "password");
const auto second = field(Type::password, "secondary_password");

// What the token answers; "" where it does not.
std::string answered(const proto::AuthForm& asked, const LoginHistory& past = {}) {
  const auto* found = token_field(asked, "", past);
  return found == nullptr ? "" : found->name;
}

// ocserv 1.1.6's forms.
const auto asks_name = form({name}, "Please enter your username.");
const auto asks_password = form({password}, "Please enter your password.");
const auto asks_again = form({password}, "Login failed.\nPlease enter your password.");
const auto asks_code = form({password}, "Please enter your OTP password.");

TEST(TokenField, the_second_password_wherever_it_is) {
  EXPECT_EQ(answered(form({name, password, second})), "secondary_password");
  EXPECT_EQ(answered(form({second}, "", "challenge")), "secondary_password");
}

TEST(TokenField, the_password_of_a_challenge) {
  const auto answer = field(Type::password, "answer");
  EXPECT_EQ(answered(form({answer}, "Enter the next code.", "challenge")), "answer");
}

TEST(TokenField, a_new_password_is_the_users_to_choose) {
  const auto wanted = field(Type::password, "new_password");
  const auto repeated = field(Type::password, "verify_pin");
  EXPECT_EQ(answered(form({wanted, repeated}, "", "challenge")), "");
  EXPECT_EQ(answered(form({wanted}), {.last = asks_password, .password_given = true}), "");
}

TEST(TokenField, the_first_password_is_the_users) {
  EXPECT_EQ(answered(asks_name), "");
  EXPECT_EQ(answered(asks_password, {.last = asks_name}), "");
  EXPECT_EQ(answered(form({name, password})), "");
}

TEST(TokenField, the_question_after_the_password_is_the_codes) {
  EXPECT_EQ(answered(asks_code, {.last = asks_password, .password_given = true}), "password");
  EXPECT_EQ(answered(asks_code, {.last = form({name, password}), .password_given = true}), "password");
}

TEST(TokenField, a_wrong_password_is_not_answered_with_a_code) {
  EXPECT_EQ(answered(asks_again, {.last = asks_password, .password_given = true}), "");
  EXPECT_EQ(answered(asks_again, {.last = asks_again, .password_given = true}), "");
  // The same form without a word about it, or with an error of its own.
  EXPECT_EQ(answered(asks_password, {.last = asks_password, .password_given = true}), "");
  auto with_error = form({password}, "Passwort?");
  with_error.error = proto::Notice{.text = "Nein."};
  EXPECT_EQ(answered(with_error, {.last = asks_password, .password_given = true}), "");
}

TEST(TokenField, a_word_of_failure_counts_at_the_beginning_only) {
  const LoginHistory past{.last = asks_password, .password_given = true};
  EXPECT_EQ(answered(form({password}, "Code? A wrong code locks the account."), past), "password");
  for (const auto* message : {"Wrong password.", " \nLOGIN FAILED", "Authentication failed: try again"}) {
    EXPECT_EQ(answered(form({password}, message), past), "") << message;
  }
}

TEST(TokenField, a_token_that_is_held_back_is_known) {
  const LoginHistory past{.last = asks_password, .password_given = true};
  EXPECT_TRUE(is_held_back(asks_again, "", past));
  EXPECT_FALSE(is_held_back(asks_code, "", past));
  EXPECT_FALSE(is_held_back(asks_password, "", {.last = asks_name}));
  EXPECT_FALSE(is_held_back(form({name, password}), "", past));
}

TEST(TokenField, after_a_wrong_code_the_next_one) {
  const LoginHistory past{.last = asks_code, .password_given = true, .code_given = true};
  EXPECT_TRUE(repeats(asks_again, past));
  EXPECT_TRUE(repeats(asks_code, past));
  EXPECT_EQ(answered(asks_again, past), "password");
}

TEST(TokenField, hidden_fields_and_the_group_are_no_questions) {
  auto groups = field(Type::select, "group_list");
  groups.options = {{.value = "staff", .label = "staff"}};
  const auto asked = form({field(Type::hidden, "state"), password, groups}, "Code?");
  EXPECT_EQ(answered(asked, {.last = asks_password, .password_given = true}), "password");
  EXPECT_EQ(answered(form({name, password}, "Code?"), {.last = asks_password, .password_given = true}), "");
}

}  // namespace
}  // namespace sallyport::client
