#include "auth/password_edit.hpp"

#include <gtest/gtest.h>

#include "auth/password_file.hpp"

namespace sallyport::auth {
namespace {

constexpr std::string_view hash =
    "$5$rEMNq/UAkxwgCWQe$Q.acnAPYAx9HrwfSdQvqf.08SUVFYbBulPlB.4LYtQ7";  // "secret"

std::string sample() {
  return "# staff first\nalice:*:" + std::string(hash) + "\n\nbob:staff,admin:" + std::string(hash) +
         "\r\n# the end\ncarol::";
}

PasswordFile::Verdict verdict(std::string_view text, std::string_view user, std::string_view password) {
  return or_throw(PasswordFile::parse(text)).verify(user, Secret(password));
}

std::string error_of(const Result<std::string>& result) {
  return result ? "" : result.error().text;
}

TEST(PasswordEdit, adds_a_user_at_the_end_and_keeps_the_rest) {
  const auto text = or_throw(add_user(sample(), {"dora", {{"staff", "vpn users"}}, Secret("new one")}));
  EXPECT_TRUE(text.starts_with(sample() + "\ndora:staff,vpn users:$y$"));
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_EQ(verdict(text, "dora", "new one"),
            PasswordFile::Verdict(PasswordFile::Accepted{{"staff", "vpn users"}}));
}

TEST(PasswordEdit, adds_the_first_user_to_an_empty_file) {
  const auto text = or_throw(add_user("", {"dora", {}, Secret("")}));
  EXPECT_TRUE(text.starts_with("dora:*:$y$"));
  EXPECT_EQ(verdict(text, "dora", ""), PasswordFile::Verdict(PasswordFile::Accepted{}));
}

TEST(PasswordEdit, gives_a_user_a_new_password_in_place) {
  const auto locked = or_throw(lock_user(sample(), "bob"));
  const auto text = or_throw(add_user(locked, {"bob", {}, Secret("other")}));
  EXPECT_EQ(verdict(text, "bob", "other"), PasswordFile::Verdict(PasswordFile::Accepted{{"staff", "admin"}}));
  EXPECT_EQ(verdict(text, "bob", "secret"), PasswordFile::Verdict(PasswordFile::Refused{}));
  EXPECT_TRUE(text.ends_with("\r\n# the end\ncarol::"));
  const auto regrouped = or_throw(add_user(sample(), {"bob", {{"night"}}, Secret("other")}));
  EXPECT_NE(regrouped.find("\nbob:night:$y$"), std::string::npos);
}

TEST(PasswordEdit, deletes_one_line_and_no_other) {
  EXPECT_EQ(or_throw(delete_user(sample(), "alice")),
            "# staff first\n\nbob:staff,admin:" + std::string(hash) + "\r\n# the end\ncarol::");
  EXPECT_EQ(or_throw(delete_user("a::\nb::", "b")), "a::\n");
  EXPECT_EQ(or_throw(delete_user("a::\r\nb::\n", "a")), "b::\n");
}

TEST(PasswordEdit, locks_and_unlocks) {
  const auto locked = or_throw(lock_user(sample(), "bob"));
  EXPECT_NE(locked.find("bob:staff,admin:!$5$"), std::string::npos);
  EXPECT_EQ(verdict(locked, "bob", "secret"), PasswordFile::Verdict(PasswordFile::Locked{}));
  EXPECT_EQ(or_throw(lock_user(locked, "bob")), locked);
  EXPECT_EQ(or_throw(unlock_user(locked, "bob")), sample());
  EXPECT_EQ(or_throw(unlock_user(sample(), "bob")), sample());
}

TEST(PasswordEdit, lists_users_in_the_files_order) {
  const auto users = or_throw(list_users(or_throw(lock_user(sample(), "carol"))));
  EXPECT_EQ(users, (std::vector<UserSummary>{
                       {"alice", {}, false}, {"bob", {"staff", "admin"}, false}, {"carol", {}, true}}));
}

TEST(PasswordEdit, says_so_when_the_user_is_not_there) {
  EXPECT_EQ(error_of(delete_user(sample(), "ali")), "there is no user 'ali' in the file");
  EXPECT_EQ(error_of(lock_user(sample(), "zoe")), "there is no user 'zoe' in the file");
  EXPECT_EQ(error_of(unlock_user("", "zoe")), "there is no user 'zoe' in the file");
}

TEST(PasswordEdit, touches_no_malformed_file) {
  EXPECT_EQ(error_of(delete_user("a::\nnonsense\n", "a")), "line 2: not of the form user:groups:hash");
  EXPECT_EQ(error_of(add_user("nonsense", {"b", {}, Secret("x")})),
            "line 1: not of the form user:groups:hash");
  EXPECT_FALSE(list_users("nonsense"));
}

TEST(PasswordEdit, refuses_names_that_would_break_the_line) {
  for (const auto* name : {"", "a:b", "a\nb", "#a", " a", "a\t"})
    EXPECT_FALSE(add_user("", {name, {}, Secret("x")})) << name;
  EXPECT_FALSE(add_user("", {std::string(257, 'a'), {}, Secret("x")}));
  for (const auto* group : {"", "*", "a:b", "a,b", "a\nb", " ab"})
    EXPECT_FALSE(add_user("", {"a", {{group}}, Secret("x")})) << group;
  EXPECT_FALSE(add_user("", {"a", std::vector<std::string>(20, std::string(250, 'g')), Secret("x")}));
}

}  // namespace
}  // namespace sallyport::auth
