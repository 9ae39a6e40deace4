#include "auth/token_secret.hpp"

#include <gtest/gtest.h>

namespace sallyport::auth {
namespace {

OtpToken parsed(OtpMode mode, std::string_view text) {
  return or_throw(parse_token_secret(mode, Secret(text)));
}

std::string key_of(std::string_view text, OtpMode mode = OtpMode::totp) {
  return std::string(parsed(mode, text).key.reveal_text());
}

std::string error_of(std::string_view text, OtpMode mode = OtpMode::totp) {
  const auto token = parse_token_secret(mode, Secret(text));
  return token ? "" : token.error().text;
}

std::string advanced(std::string_view text, std::uint64_t counter) {
  return std::string(counter_advanced(Secret(text), counter).reveal_text());
}

TEST(TokenSecret, reads_text_hex_and_base32) {
  EXPECT_EQ(key_of("12345678901234567890"), "12345678901234567890");
  EXPECT_EQ(key_of("0x3132333435363738393031323334353637383930"), "12345678901234567890");
  EXPECT_EQ(key_of("base32:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "12345678901234567890");
  EXPECT_EQ(key_of("BASE32:gezd gnbv-gy3t qojq"), "1234567890");
}

TEST(TokenSecret, reads_the_base32_examples_of_rfc_4648) {
  EXPECT_EQ(key_of("base32:MY======"), "f");
  EXPECT_EQ(key_of("base32:MZXQ===="), "fo");
  EXPECT_EQ(key_of("base32:MZXW6==="), "foo");
  EXPECT_EQ(key_of("base32:MZXW6YQ="), "foob");
  EXPECT_EQ(key_of("base32:MZXW6YTB"), "fooba");
  EXPECT_EQ(key_of("base32:MZXW6YTBOI"), "foobar");
}

TEST(TokenSecret, takes_a_commas_number_as_the_counter_of_hotp_only) {
  const auto token = parsed(OtpMode::hotp, "0x00ff,42");
  EXPECT_EQ(token.counter, 42U);
  EXPECT_EQ(token.key.size(), 2U);
  EXPECT_EQ(parsed(OtpMode::hotp, "abc").counter, 0U);
  EXPECT_EQ(key_of("a,b"), "a,b");
  EXPECT_NE(error_of("abc,", OtpMode::hotp), "");
  EXPECT_NE(error_of("abc,-1", OtpMode::hotp), "");
}

TEST(TokenSecret, takes_the_algorithm_before_the_secret) {
  const auto token = parsed(OtpMode::totp, "sha256:base32:MZXW6===");
  EXPECT_EQ(token.algorithm, OtpAlgorithm::sha256);
  EXPECT_EQ(token.key.reveal_text(), "foo");
  EXPECT_EQ(parsed(OtpMode::totp, "SHA512:foo").algorithm, OtpAlgorithm::sha512);
  EXPECT_EQ(key_of("other:foo"), "other:foo");
}

TEST(TokenSecret, reads_an_otpauth_url) {
  const auto token = parsed(OtpMode::totp,
                            "otpauth://totp/Corp:alice?secret=MZXW6%3D%3D%3D&issuer=Corp&algorithm=SHA512"
                            "&digits=8&period=60");
  EXPECT_EQ(token, (OtpToken{.mode = OtpMode::totp,
                             .key = Secret("foo"),
                             .algorithm = OtpAlgorithm::sha512,
                             .digits = 8,
                             .period = std::chrono::seconds(60)}));
  const auto counted = parsed(OtpMode::hotp, "otpauth://hotp/alice?counter=7&secret=mzxw6");
  EXPECT_EQ(counted, (OtpToken{.mode = OtpMode::hotp, .key = Secret("foo"), .counter = 7}));
}

TEST(TokenSecret, refuses_a_url_that_it_could_only_guess_at) {
  EXPECT_EQ(error_of("otpauth://hotp/a?secret=MZXW6"), "the token's URL is not of the token mode asked for");
  EXPECT_EQ(error_of("otpauth://totp/a"), "the token secret is empty");
  EXPECT_EQ(error_of("otpauth://totp/a?secret=MZXW6&digits=9"),
            "the token's digits is not a number from 6 to 8");
  EXPECT_EQ(error_of("otpauth://totp/a?secret=MZXW6&period=0"),
            "the token's period is not a number from 1 to 3600");
  EXPECT_EQ(error_of("otpauth://totp/a?secret=MZXW6&algorithm=MD5"),
            "the token's algorithm is none of SHA1, SHA256 and SHA512");
  EXPECT_EQ(error_of("otpauth://totp/a?secret=%"), "the token secret is not base32");
}

TEST(TokenSecret, quotes_no_secret_in_an_error) {
  EXPECT_EQ(error_of("0x12345"), "the token secret is not hexadecimal");
  EXPECT_EQ(error_of("base32:0189"), "the token secret is not base32");
  EXPECT_EQ(error_of(""), "the token secret is empty");
  EXPECT_EQ(error_of("base32:"), "the token secret is empty");
  EXPECT_EQ(error_of(std::string(3000, 'a')), "the token secret is too long");
}

TEST(TokenSecret, writes_the_next_counter_into_the_same_form) {
  EXPECT_EQ(advanced("base32:MZXW6", 1), "base32:MZXW6,1");
  EXPECT_EQ(advanced("a,b,9", 10), "a,b,10");
  EXPECT_EQ(advanced("otpauth://hotp/a?counter=9&secret=MZXW6", 10),
            "otpauth://hotp/a?counter=10&secret=MZXW6");
  EXPECT_EQ(advanced("otpauth://hotp/a?secret=MZXW6&counter=9", 10),
            "otpauth://hotp/a?secret=MZXW6&counter=10");
  EXPECT_EQ(advanced("otpauth://hotp/a&counter=1?secret=MZXW6&issuer=b?counter=2", 1),
            "otpauth://hotp/a&counter=1?secret=MZXW6&issuer=b?counter=2&counter=1");
  EXPECT_EQ(advanced("otpauth://hotp/a?secret=MZXW6", 1), "otpauth://hotp/a?secret=MZXW6&counter=1");
  for (const auto* text : {"0x01", "0x01,5", "otpauth://hotp/a?secret=MZXW6&counter=9&digits=7"}) {
    auto expected = parsed(OtpMode::hotp, text);
    expected.counter = 77;
    EXPECT_EQ(parsed(OtpMode::hotp, advanced(text, 77)), expected) << text;
  }
}

TEST(TokenMode, is_totp_or_hotp) {
  EXPECT_EQ(or_throw(parse_token_mode("totp")), OtpMode::totp);
  EXPECT_EQ(or_throw(parse_token_mode("hotp")), OtpMode::hotp);
  EXPECT_FALSE(parse_token_mode("rsa"));
}

}  // namespace
}  // namespace sallyport::auth
