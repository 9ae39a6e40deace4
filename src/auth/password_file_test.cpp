#include "auth/password_file.hpp"

#include <gtest/gtest.h>

#include "auth/crypt_hash.hpp"
#include "auth/file_lines.hpp"

namespace sallyport::auth {
namespace {

// As ocpasswd 1.1.6 wrote it: alice "secret", bob "pw2" with -g, carol "pw3" then -l, dave an empty line.
constexpr std::string_view by_ocpasswd =
    "alice:*:$5$rEMNq/UAkxwgCWQe$Q.acnAPYAx9HrwfSdQvqf.08SUVFYbBulPlB.4LYtQ7\n"
    "bob:staff,admin:$5$NPO2otM8Vk8nz9tT$FIUReBD5bj9/Wj03t6yMA/YurDqmGrHnmT44txzc3O7\n"
    "carol:staff:!$5$8bXVkubDdMrkznef$oPvtUV4xGeI.eDUT0J9KJjhqxnNOeso7Wx1sEntkm24\n"
    "dave:*:$5$E6RKCNIl/yDBrJhu$TJboYXfTwWHxKY27NKzjiIrN5r/rabsd/kCf2U1mRc7\n";
// openssl passwd -6 -salt saltsalt 'pass word'; openssl passwd -1 -salt abcdefgh md5pass; crypt(3) of "yes".
constexpr std::string_view sha512 =
    "$6$saltsalt$cc1KsgmlKYtCcnNH8.sv7Fe8mca8fAso5fHlNrb1VZa5WYQ.L3ChTcx06ID.LoaXZAf9CZNraK43XCp7LxKHl1";
constexpr std::string_view md5 = "$1$abcdefgh$vc.h.b7/b1zYYwJ7DKEQG1";
constexpr std::string_view yescrypt =
    "$y$j9T$UxZ3hQm0vT7yq1N8kLb2c/$1jWG8rpGkKS/lWiQpruaEuQcCfc.Cd.NHEQPqPYo3z5";

using Accepted = PasswordFile::Accepted;
using Refused = PasswordFile::Refused;
using Locked = PasswordFile::Locked;
using Groups = std::vector<std::string>;

PasswordFile parsed(std::string_view text) {
  return or_throw(PasswordFile::parse(text));
}

PasswordFile::Verdict verdict(std::string_view text, std::string_view user, std::string_view password) {
  return parsed(text).verify(user, Secret(password));
}

std::string error_of(std::string_view text) {
  const auto file = PasswordFile::parse(text);
  return file ? "" : file.error().text;
}

TEST(PasswordFile, verifies_what_ocpasswd_wrote) {
  const auto file = parsed(by_ocpasswd);
  EXPECT_EQ(file.verify("alice", Secret("secret")), PasswordFile::Verdict(Accepted{}));
  EXPECT_EQ(file.verify("bob", Secret("pw2")), PasswordFile::Verdict(Accepted{{"staff", "admin"}}));
  EXPECT_EQ(file.verify("alice", Secret("Secret")), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(file.verify("alice", Secret("")), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(file.verify("dave", Secret("")), PasswordFile::Verdict(Accepted{}));
  EXPECT_EQ(file.verify("dave", Secret("x")), PasswordFile::Verdict(Refused{}));
}

TEST(PasswordFile, verifies_sha512crypt_md5crypt_and_yescrypt) {
  const auto line = [](std::string_view hash) { return "u:*:" + std::string(hash); };
  EXPECT_EQ(verdict(line(sha512), "u", "pass word"), PasswordFile::Verdict(Accepted{}));
  EXPECT_EQ(verdict(line(md5), "u", "md5pass"), PasswordFile::Verdict(Accepted{}));
  EXPECT_EQ(verdict(line(yescrypt), "u", "yes"), PasswordFile::Verdict(Accepted{}));
  EXPECT_EQ(verdict(line(yescrypt), "u", "no"), PasswordFile::Verdict(Refused{}));
}

TEST(PasswordFile, tells_of_a_lock_only_to_who_knows_the_password) {
  EXPECT_EQ(verdict(by_ocpasswd, "carol", "pw3"), PasswordFile::Verdict(Locked{}));
  EXPECT_EQ(verdict(by_ocpasswd, "carol", "wrong"), PasswordFile::Verdict(Refused{}));
}

TEST(PasswordFile, takes_an_empty_hash_for_the_empty_password) {
  const std::string_view text = "guest:staff:\nlocked:staff:!\n";
  EXPECT_EQ(verdict(text, "guest", ""), PasswordFile::Verdict(Accepted{{"staff"}}));
  EXPECT_EQ(verdict(text, "guest", "anything"), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(verdict(text, "locked", ""), PasswordFile::Verdict(Locked{}));
}

TEST(PasswordFile, refuses_an_unknown_user_even_with_an_empty_password) {
  EXPECT_EQ(verdict(by_ocpasswd, "mallory", ""), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(verdict("", "mallory", ""), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(verdict(by_ocpasswd, "Alice", "secret"), PasswordFile::Verdict(Refused{}));
}

TEST(PasswordFile, refuses_a_password_that_only_begins_right) {
  using namespace std::string_view_literals;
  EXPECT_EQ(verdict(by_ocpasswd, "alice", "secret\0more"sv), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(verdict("guest::", "guest", "\0"sv), PasswordFile::Verdict(Refused{}));
  EXPECT_EQ(verdict(by_ocpasswd, "alice", std::string(600, 'a')), PasswordFile::Verdict(Refused{}));
}

TEST(PasswordFile, reads_group_lists) {
  const auto groups = [](std::string_view field) {
    return parsed("u:" + std::string(field) + ":").find("u")->groups;
  };
  EXPECT_EQ(groups(""), Groups{});
  EXPECT_EQ(groups("*"), Groups{});
  EXPECT_EQ(groups("x,staff"), Groups{"staff"});
  EXPECT_EQ(groups("staff,admin"), (Groups{"staff", "admin"}));
  EXPECT_EQ(groups("staff , the admins,"), (Groups{"staff", "the admins"}));
}

TEST(PasswordFile, skips_comments_and_blank_lines_and_reads_crlf) {
  const auto file = parsed("# users\r\n\r\n  \t\nguest:staff:\r\nlast::");
  ASSERT_EQ(file.entries().size(), 2U);
  EXPECT_EQ(file.entries()[0].user, "guest");
  EXPECT_TRUE(file.entries()[0].hash.empty());
  EXPECT_EQ(file.entries()[1].user, "last");
}

TEST(PasswordFile, names_the_line_of_a_mistake) {
  EXPECT_EQ(error_of("a::\n\nb\n"), "line 3: not of the form user:groups:hash");
  EXPECT_EQ(error_of("a::\nb:::\n"), "line 2: not of the form user:groups:hash");
  EXPECT_EQ(error_of(":staff:\n"), "line 1: no user name");
  EXPECT_EQ(error_of("a::plain-text\n"), "line 1: a password hash of no method known here");
  EXPECT_EQ(error_of("a::$9$abcdefgh$abcdefghijklmnopqrstuvwxyz\n"),
            "line 1: a password hash of no method known here");
  EXPECT_EQ(error_of("a::$5$rEMNq/UAkxwgCWQe$Q.acnAPYAx\n"),
            "line 1: a password hash of no method known here");
  EXPECT_EQ(error_of("a::\nb::\na::\n"), "line 3: a second line for the user 'a'");
  EXPECT_EQ(error_of("a::\nb\x01::\n"), "line 2: a control character");
  EXPECT_EQ(error_of(std::string(257, 'u') + "::"), "line 1: a user name longer than 256 bytes");
  EXPECT_EQ(error_of("u:" + std::string(257, 'g') + ":"), "line 1: a group name longer than 256 bytes");
  EXPECT_EQ(error_of("# fine\n#" + std::string(4096, 'x')), "line 2: longer than 4096 bytes");
}

TEST(PasswordFile, is_limited_in_size_and_users) {
  EXPECT_EQ(error_of(std::string(max_users_file_size + 1, '\n')), "the file is larger than 4 MB");
  std::string many;
  for (std::size_t i = 0; i <= max_users; ++i) many += std::to_string(i) + "::\n";
  EXPECT_EQ(error_of(many), "line 100001: more than 100000 users");
}

TEST(CryptHash, makes_yescrypt_hashes_with_a_salt_of_their_own) {
  const auto first = or_throw(new_hash(Secret("päss")));
  const auto second = or_throw(new_hash(Secret("päss")));
  EXPECT_TRUE(first.reveal_text().starts_with("$y$"));
  EXPECT_FALSE(first == second);
  EXPECT_TRUE(or_throw(crypt_hash(Secret("päss"), first.reveal_text())) == first);
  EXPECT_FALSE(or_throw(crypt_hash(Secret("pass"), first.reveal_text())) == first);
}

TEST(CryptHash, refuses_to_hash_what_no_login_could_give) {
  EXPECT_FALSE(new_hash(Secret(std::string(512, 'a'))));
  EXPECT_FALSE(new_hash(Secret(std::string_view("a\0b", 3))));
}

}  // namespace
}  // namespace sallyport::auth
