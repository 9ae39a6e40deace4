#include "auth/totp.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::auth {
namespace {

constexpr std::string_view digits_20 = "12345678901234567890";
constexpr std::string_view digits_32 = "12345678901234567890123456789012";
constexpr std::string_view digits_64 = "1234567890123456789012345678901234567890123456789012345678901234";

using Kind = OtpMatch::Kind;

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

std::string code(const OtpToken& token, std::uint64_t position) {
  return std::string(code_at(token, position).reveal_text());
}

TEST(Hotp, gives_the_values_of_rfc_4226_appendix_d) {
  const OtpToken token{.mode = OtpMode::hotp, .key = Secret(digits_20)};
  const std::vector<std::string> expected{"755224", "287082", "359152", "969429", "338314",
                                          "254676", "287922", "162583", "399871", "520489"};
  for (std::size_t counter = 0; counter < expected.size(); ++counter)
    EXPECT_EQ(code(token, counter), expected[counter]);
}

struct Vector {
  std::int64_t seconds;
  const char* sha1;
  const char* sha256;
  const char* sha512;
};
class Rfc6238 : public testing::TestWithParam<Vector> {};

TEST_P(Rfc6238, gives_the_values_of_appendix_b) {
  const auto check = [](std::string_view key, OtpAlgorithm algorithm, const char* expected) {
    const OtpToken token{.key = Secret(key), .algorithm = algorithm, .digits = 8};
    EXPECT_EQ(code(token, step_at(token, at(GetParam().seconds))), expected);
  };
  check(digits_20, OtpAlgorithm::sha1, GetParam().sha1);
  check(digits_32, OtpAlgorithm::sha256, GetParam().sha256);
  check(digits_64, OtpAlgorithm::sha512, GetParam().sha512);
}

INSTANTIATE_TEST_SUITE_P(AppendixB, Rfc6238,
                         testing::Values(Vector{59, "94287082", "46119246", "90693936"},
                                         Vector{1111111109, "07081804", "68084774", "25091201"},
                                         Vector{1111111111, "14050471", "67062674", "99943326"},
                                         Vector{1234567890, "89005924", "91819424", "93441116"},
                                         Vector{2000000000, "69279037", "90698825", "38618901"},
                                         Vector{20000000000, "65353130", "77737706", "47863826"}));

TEST(Totp, agrees_with_oathtool_on_other_periods_and_digits) {
  const OtpToken token{
      .key = Secret(or_throw(from_hex("deadbeefdeadbeef"))), .digits = 7, .period = std::chrono::seconds(60)};
  EXPECT_EQ(code(token, step_at(token, at(1767225600))), "4008234");
}

TEST(Totp, counts_no_step_before_1970) {
  EXPECT_EQ(step_at(OtpToken{}, at(-1)), 0U);
  EXPECT_EQ(step_at(OtpToken{}, at(59)), 1U);
  EXPECT_EQ(step_at(OtpToken{}, at(60)), 2U);
}

TEST(Totp, looks_one_step_to_each_side_and_no_further) {
  const OtpToken token{.key = Secret(digits_20)};
  const auto now = at(3000);  // step 100
  const auto kind = [&](std::uint64_t step) { return check_code(token, 0, now, code_at(token, step)).kind; };
  EXPECT_EQ(kind(98), Kind::none);
  EXPECT_EQ(kind(99), Kind::fresh);
  EXPECT_EQ(kind(100), Kind::fresh);
  EXPECT_EQ(kind(101), Kind::fresh);
  EXPECT_EQ(kind(102), Kind::none);
}

TEST(Totp, knows_a_spent_step_and_all_before_it) {
  const OtpToken token{.key = Secret(digits_20)};
  const auto now = at(3000);
  EXPECT_EQ(check_code(token, 101, now, code_at(token, 100)), (OtpMatch{Kind::replayed, 100}));
  EXPECT_EQ(check_code(token, 101, now, code_at(token, 99)), (OtpMatch{Kind::replayed, 99}));
  EXPECT_EQ(check_code(token, 101, now, code_at(token, 101)), (OtpMatch{Kind::fresh, 101}));
}

TEST(Hotp, looks_ten_ahead_and_no_further) {
  const OtpToken token{.mode = OtpMode::hotp, .key = Secret(digits_20)};
  const auto match = [&](std::uint64_t counter) {
    return check_code(token, 50, at(0), code_at(token, counter));
  };
  EXPECT_EQ(match(48), OtpMatch{});
  EXPECT_EQ(match(49), (OtpMatch{Kind::replayed, 49}));
  EXPECT_EQ(match(50), (OtpMatch{Kind::fresh, 50}));
  EXPECT_EQ(match(60), (OtpMatch{Kind::fresh, 60}));
  EXPECT_EQ(match(61), OtpMatch{});
}

TEST(Hotp, ends_at_the_last_counter) {
  const OtpToken token{.mode = OtpMode::hotp, .key = Secret(digits_20)};
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(check_code(token, last, at(0), Secret("no")), OtpMatch{});
  EXPECT_EQ(check_code(token, last - 1, at(0), code_at(token, last - 1)), (OtpMatch{Kind::fresh, last - 1}));
}

TEST(Totp, takes_no_part_of_a_code) {
  const OtpToken token{.key = Secret(digits_20)};
  const auto right = code(token, 100);
  for (const auto& wrong : {std::string(), right.substr(0, 5), right + "0", right + " "})
    EXPECT_EQ(check_code(token, 0, at(3000), Secret(wrong)).kind, Kind::none) << wrong;
}

}  // namespace
}  // namespace sallyport::auth
