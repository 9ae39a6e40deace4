#include "base/text.hpp"

#include <gtest/gtest.h>

namespace sallyport {

TEST(Hex, goes_both_ways_in_either_case) {
  const Bytes bytes{0x00, 0x9f, 0xff};
  EXPECT_EQ(to_hex(bytes), "009fff");
  EXPECT_EQ(to_hex(bytes, HexCase::upper), "009FFF");
  EXPECT_EQ(from_hex("009fFF"), bytes);
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Base64, follows_rfc_4648_section_10) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    EXPECT_EQ(from_base64(encoded), to_bytes(plain));
  }
}

TEST(Base64, refuses_what_is_not_exact) {
  for (const char* bad : {"Zg=", "Zg", "Z===", "Zh==", "Zm9!", "Zg==Zg==", "====", "Zm 9"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Text, compares_ascii_without_case) {
  EXPECT_TRUE(equals_ignoring_case("X-CSTP-Mtu", "x-cstp-MTU"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_TRUE(starts_with_ignoring_case("AnyConnect Linux", "anyconnect"));
  EXPECT_FALSE(starts_with_ignoring_case("Any", "anyconnect"));
}

TEST(Text, splits_and_trims) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), std::vector<std::string_view>{""});
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Text, numbers_are_digits_within_bounds) {
  EXPECT_EQ(parse_number("65535", 65535), 65535U);
  for (const char* bad : {"", "65536", "-1", "+1", " 1", "1 ", "0x1", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_number(bad, 65535)) << bad;
  }
}

TEST(Text, a_character_of_utf8_has_a_code_and_a_size) {
  const std::tuple<std::string_view, std::uint32_t, std::size_t> samples[] = {
      {"ab", 'a', 1},
      {std::string_view("\0b", 2), 0, 1},
      {"\x7f", 0x7f, 1},
      {"\xc2\x80", 0x80, 2},
      {"\xdf\xbf\xbf", 0x7ff, 2},
      {"\xe0\xa0\x80", 0x800, 3},
      {"\xed\x9f\xbf", 0xd7ff, 3},
      {"\xee\x80\x80", 0xe000, 3},
      {"\xef\xbf\xbe", 0xfffe, 3},
      {"\xef\xbf\xbf", 0xffff, 3},
      {"\xf0\x90\x80\x80", 0x10000, 4},
      {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};
  for (const auto& [text, code, size] : samples) {
    const auto character = first_character(text);
    EXPECT_EQ(character.code, code) << text;
    EXPECT_EQ(character.size, size) << text;
  }
}

TEST(Text, knows_what_is_not_utf8) {
  for (const auto* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe4\xbd", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x94", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(first_character(text).size, 0U) << text;
    EXPECT_EQ(first_character(text).code, 0U) << text;
  }
}

TEST(Text, a_log_line_cannot_be_broken_by_a_peer) {
  EXPECT_EQ(escape_for_log("a\r\nb\"\\\xff"), "a\\x0d\\x0ab\\\"\\\\\\xff");
  EXPECT_EQ(escape_for_log("abcdef", 3), "abc…");
}

}  // namespace sallyport
