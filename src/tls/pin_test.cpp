#include "tls/pin.hpp"

#include "base/text.hpp"
#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

// Of fixed_pem; hashes by openssl dgst.
constexpr std::string_view key_base64 = "zZCqxj6NC/h53s8hCscNMHBLeSEnJGX2cqlHfd2ZMUI=";
constexpr std::string_view key_sha256 = "cd90aac63e8d0bf879decf210ac70d30704b7921272465f672a9477ddd993142";
constexpr std::string_view key_sha1 = "4ca61ac240dbf142c272ee971d4b87ea6b6b52bf";
constexpr std::string_view whole_sha1 = "6C1D190D5199AB816454A115BA6C423DA65E40A8";

bool matches(const std::string& text) {
  const auto pin = Pin::parse(text);
  EXPECT_TRUE(pin) << text;
  return pin && pin->matches(CertificateChain::parse(fixed_pem)->leaf());
}

std::string text(std::string_view prefix, std::string_view hash) {
  return std::string(prefix) + std::string(hash);
}

TEST(Pin, takes_every_spelling_of_openconnect) {
  EXPECT_TRUE(matches(text("pin-sha256:", key_base64)));
  EXPECT_TRUE(matches(text("sha256:", key_sha256)));
  EXPECT_TRUE(matches(text("sha1:", key_sha1)));
  EXPECT_TRUE(matches(std::string(whole_sha1)));
}

TEST(Pin, does_not_mix_up_key_and_certificate) {
  EXPECT_FALSE(matches(text("sha1:", whole_sha1)));
  EXPECT_FALSE(matches(std::string(key_sha1)));
}

TEST(Pin, may_be_cut_after_four_characters) {
  EXPECT_TRUE(matches(text("pin-sha256:", key_base64.substr(0, 4))));
  EXPECT_TRUE(matches(text("sha256:", key_sha256.substr(0, 5))));
  EXPECT_TRUE(matches(text("sha1:", key_sha1.substr(0, 39))));
  EXPECT_TRUE(matches(std::string(whole_sha1.substr(0, 4))));
  for (const auto* shorter : {"pin-sha256:", "sha256:abc", "sha1:", "ABC", ""}) {
    EXPECT_FALSE(Pin::parse(shorter)) << shorter;
  }
}

TEST(Pin, minds_letter_case_in_base64_only) {
  EXPECT_FALSE(matches(text("pin-sha256:", to_lower(key_base64))));
  EXPECT_TRUE(matches(to_lower(whole_sha1)));
  std::string upper = to_hex(*from_hex(key_sha256), HexCase::upper);
  EXPECT_TRUE(matches(text("sha256:", upper)));
}

TEST(Pin, refuses_another_hash) {
  EXPECT_FALSE(matches("sha256:0000"));
  EXPECT_FALSE(matches("pin-sha256:AAAA"));
  EXPECT_FALSE(matches("00000"));
}

TEST(Pin, refuses_what_is_not_in_the_grammar) {
  for (const auto& wrong : {text("sha512:", key_sha256), text("pin-sha256:", "not base64!"), text("", "zzzz"),
                            text("sha256:", std::string(65, 'a')), text("", std::string(41, 'a')),
                            text("pin-sha256:", std::string(45, 'a'))}) {
    EXPECT_FALSE(Pin::parse(wrong)) << wrong;
  }
}

TEST(Pin, prints_the_form_that_openconnect_prints) {
  EXPECT_EQ(pin_sha256(CertificateChain::parse(fixed_pem)->leaf()), text("pin-sha256:", key_base64));
}

}  // namespace
}  // namespace sallyport::tls
