#include "auth/oath_file.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::auth {
namespace {

constexpr std::string_view key_hex = "3132333435363738393031323334353637383930";

using Verdict = OathFile::Verdict;

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

OathFile parsed(std::string_view text) {
  return or_throw(OathFile::parse(text));
}

Verdict verdict(const OathFile& file, std::string_view user, const Secret& code, OtpState& state,
                WallTime now) {
  return file.verify(user, code, state, now).verdict;
}

std::string line(std::string_view type, std::string_view user, std::string_view rest = "") {
  return std::string(type) + " " + std::string(user) + " - " + std::string(key_hex) + std::string(rest) +
         "\n";
}

std::string error_of(std::string_view text) {
  const auto file = OathFile::parse(text);
  return file ? "" : file.error().text;
}

// The codes are RFC 4226's and RFC 6238's own.
TEST(OathFile, accepts_each_code_once) {
  const auto file = parsed(line("HOTP/T30/8", "alice"));
  OtpState state;
  EXPECT_EQ(verdict(file, "alice", Secret("94287083"), state, at(59)), Verdict::refused);
  EXPECT_EQ(state, OtpState{});
  EXPECT_EQ(verdict(file, "alice", Secret("94287082"), state, at(59)), Verdict::accepted);
  EXPECT_EQ(verdict(file, "alice", Secret("94287082"), state, at(59)), Verdict::replayed);
  EXPECT_EQ(verdict(file, "alice", Secret("94287082"), state, at(61)), Verdict::replayed);
  EXPECT_EQ(verdict(file, "bob", Secret("94287082"), state, at(59)), Verdict::no_token);
}

TEST(OathFile, moves_a_counter_on_past_skipped_codes) {
  const auto file = parsed(line("HOTP", "alice"));
  OtpState state;
  EXPECT_EQ(verdict(file, "alice", Secret("359152"), state, at(0)), Verdict::accepted);  // counter 2
  EXPECT_EQ(verdict(file, "alice", Secret("755224"), state, at(0)), Verdict::refused);   // counter 0
  EXPECT_EQ(verdict(file, "alice", Secret("359152"), state, at(0)), Verdict::replayed);
  EXPECT_EQ(verdict(file, "alice", Secret("969429"), state, at(0)), Verdict::accepted);  // counter 3
}

TEST(OathFile, starts_a_counter_where_the_file_says) {
  const auto file = parsed(line("HOTP/E/6", "alice", " 9 399871 2026-10-03T06:30:06L"));
  OtpState state;
  EXPECT_EQ(verdict(file, "alice", Secret("399871"), state, at(0)), Verdict::replayed);  // counter 8
  EXPECT_EQ(verdict(file, "alice", Secret("520489"), state, at(0)), Verdict::accepted);  // counter 9
}

TEST(OathFile, reads_every_token_type_of_liboath) {
  for (const auto* type : {"HOTP", "HOTP/E", "HOTP/E/6", "HOTP/E/7", "HOTP/E/8", "HOTP/T30", "HOTP/T30/6",
                           "HOTP/T30/7", "HOTP/T30/8", "HOTP/T60", "HOTP/T60/6", "HOTP/T60/8"})
    EXPECT_EQ(error_of(line(type, "alice")), "") << type;
  OtpState state;
  EXPECT_EQ(verdict(parsed(line("HOTP/E/8", "a")), "a", Secret("84755224"), state, at(0)), Verdict::accepted);
  // oathtool --totp -s 60 -d 7 -N "2026-01-01 00:00:00 UTC" deadbeefdeadbeef
  EXPECT_EQ(
      verdict(parsed("HOTP/T60/7\tb\t+\tdeadbeefdeadbeef"), "b", Secret("4008234"), state, at(1767225600)),
      Verdict::accepted);
}

TEST(OathFile, ignores_the_fields_liboath_writes_back_for_a_time_token) {
  const auto file = parsed(line("HOTP/T30", "alice", "\t0\t237171\t2026-10-03T06:30:06L"));
  OtpState state;
  EXPECT_EQ(verdict(file, "alice", Secret("287082"), state, at(59)), Verdict::accepted);
}

TEST(OathFile, lets_a_user_have_several_tokens) {
  const auto file = parsed("# two\n\n" + line("HOTP", "alice") + "HOTP/T60/7 alice - deadbeefdeadbeef\r\n");
  OtpState state;
  EXPECT_EQ(verdict(file, "alice", Secret("755224"), state, at(1767225600)), Verdict::accepted);
  EXPECT_EQ(verdict(file, "alice", Secret("4008234"), state, at(1767225600)), Verdict::accepted);
  EXPECT_EQ(verdict(file, "alice", Secret("4008234"), state, at(1767225600)), Verdict::replayed);
}

TEST(OathFile, tells_which_code_of_which_token_was_spent) {
  const auto file = parsed("HOTP/T60/7 alice - deadbeefdeadbeef\n" + line("HOTP", "alice"));
  OtpState state;
  const auto check = file.verify("alice", Secret("359152"), state, at(0));
  EXPECT_EQ(check.token, token_id(Secret("12345678901234567890")));
  EXPECT_EQ(check.position, 2U);
  EXPECT_EQ(state.next("alice", check.token), 3U);
}

TEST(OathFile, starts_anew_when_a_user_gets_a_new_secret) {
  OtpState state;
  state.spend("alice", token_id(Secret("the old one")), 5000);
  EXPECT_EQ(verdict(parsed(line("HOTP", "alice")), "alice", Secret("755224"), state, at(0)),
            Verdict::accepted);
}

TEST(OathFile, names_the_line_of_a_mistake) {
  EXPECT_EQ(error_of("\nHOTP alice -\n"),
            "line 2: not of the form TYPE USER PIN SECRET, with up to three fields after it");
  EXPECT_EQ(error_of("MOTP a - 00"), "line 1: a token type that is not HOTP, HOTP/E or HOTP/Tn");
  EXPECT_EQ(error_of("HOTP/X a - 00"), "line 1: a token type that is not HOTP, HOTP/E or HOTP/Tn");
  EXPECT_EQ(error_of("HOTP/T0 a - 00"), "line 1: a token type whose step is not 1 to 3600 seconds");
  EXPECT_EQ(error_of("HOTP/E/9 a - 00"), "line 1: a token type without 6, 7 or 8 digits");
  EXPECT_EQ(error_of("HOTP a 1234 00"), "line 1: a PIN; write '-' and let the password be the first round");
  EXPECT_EQ(error_of("HOTP a - xyz"), "line 1: a secret that is not 1 to 256 bytes in hexadecimal");
  EXPECT_EQ(error_of("HOTP a - " + std::string(514, '0')),
            "line 1: a secret that is not 1 to 256 bytes in hexadecimal");
  EXPECT_EQ(error_of("HOTP a - 00 -1"), "line 1: a counter that is not a number");
  EXPECT_EQ(error_of("HOTP a - 00\nHOTP b - 00\nHOTP/E a - 00"),
            "line 3: a second line for the user 'a' with the same secret");
}

TEST(OtpState, never_goes_back) {
  OtpState state;
  state.spend("alice", TokenId{}, 7);
  state.spend("alice", TokenId{}, 3);
  EXPECT_EQ(state.next("alice", TokenId{}), 8U);
}

}  // namespace
}  // namespace sallyport::auth
