#include "client/software_token.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using namespace std::chrono_literals;

const Secret secret{std::string_view("12345678901234567890")};  // of RFC 4226 and RFC 6238
const auto now = auth::WallTime(59s);

std::string text(const std::optional<Secret>& code) {
  return code ? std::string(code->reveal_text()) : "none";
}

TEST(SoftwareToken, gives_one_code_for_each_step_of_time) {
  auto token = or_throw(SoftwareToken::open("totp", secret));
  EXPECT_EQ(text(token.next_code(now)), "287082");
  EXPECT_EQ(text(token.next_code(now)), "none");
  EXPECT_EQ(text(token.next_code(now - 30s)), "none");
  EXPECT_NE(text(token.next_code(now + 30s)), "none");
  EXPECT_EQ(token.next_counter(), std::nullopt);
}

TEST(SoftwareToken, gives_the_codes_of_a_counter_one_after_the_other) {
  auto token = or_throw(SoftwareToken::open("hotp", Secret("12345678901234567890,1")));
  EXPECT_EQ(token.next_counter(), 1U);
  EXPECT_EQ(text(token.next_code(now)), "287082");
  EXPECT_EQ(text(token.next_code(now)), "359152");
  EXPECT_EQ(token.next_counter(), 3U);
}

TEST(SoftwareToken, does_not_give_codes_without_an_end) {
  auto token = or_throw(SoftwareToken::open("hotp", secret));
  for (int i = 0; i < SoftwareToken::max_codes; ++i) EXPECT_TRUE(token.next_code(now));
  EXPECT_EQ(text(token.next_code(now)), "none");
}

TEST(SoftwareToken, has_no_code_once_it_is_forgotten) {
  auto token = or_throw(SoftwareToken::open("hotp", secret));
  token.forget();
  EXPECT_EQ(text(token.next_code(now)), "none");
}

TEST(SoftwareToken, does_not_quote_a_bad_secret) {
  const auto token = SoftwareToken::open("totp", Secret("base32:18890"));
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().text.find("18890"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::client
