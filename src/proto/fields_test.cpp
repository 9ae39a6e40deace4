#include "proto/fields.hpp"

#include <gtest/gtest.h>

#include "test/fuzz/header_lines.hpp"

namespace sallyport::proto {

namespace {

struct Sample {
  std::string text;
  std::string lines;
  std::uint16_t number = 0;
  std::uint16_t mtu = 0;
  std::chrono::seconds timer{0};
  std::chrono::seconds limit{0};
  bool flag = false;
  bool capability = false;
  std::optional<bool> maybe;
  std::vector<std::string> words;
  std::vector<std::string> names;
  std::vector<Prefix> routes;
  std::vector<Prefix> masks;
  Bytes id;
  Secret key;
  bool operator==(const Sample&) const = default;

  static void each_field(auto&& field) {
    using namespace fields;
    field("Text", &Sample::text);
    field("Lines", &Sample::lines, Lines());
    field("Number", &Sample::number);
    field("Mtu", &Sample::mtu, Mtu());
    field("Timer", &Sample::timer);
    field("Limit", &Sample::limit, SecondsOrNone());
    field("Flag", &Sample::flag);
    field("Capability", &Sample::capability, OnlyTrue());
    field("Maybe", &Sample::maybe);
    field("Words", &Sample::words, List{':'});
    field("Name", &Sample::names, SplitText());
    field("Route", &Sample::routes, SlashNetmask());
    field("Mask", &Sample::masks, Netmask());
    field("Id", &Sample::id, HexBytes{2, 4});
    field("Key", &Sample::key, HexSecret{3});
  }
};

std::string written(const Sample& sample) {
  return lines_of(fields::serialize(sample));
}

Sample read(std::string_view text) {
  Sample sample;
  EXPECT_TRUE(fields::parse(sample, header_lines(text)));
  return sample;
}

std::string first_bad(std::string_view text) {
  Sample sample;
  const auto rest = fields::parse(sample, header_lines(text));
  EXPECT_EQ(sample, Sample()) << text;
  return rest && rest->bad.size() == 1 ? rest->bad[0].name : "";
}

}  // namespace

TEST(Fields, what_is_nothing_is_not_sent_and_limits_say_none) {
  EXPECT_EQ(written({}), "Limit: none\nFlag: false\n");
  EXPECT_EQ(read(written({})), Sample());
}

TEST(Fields, each_form_reads_back_what_it_wrote) {
  Sample sample;
  sample.text = "a \"text\" of one line";
  sample.lines = " two\nlines, 100% sure, %41 ";
  sample.number = 65535;
  sample.mtu = 1406;
  sample.timer = std::chrono::seconds(30);
  sample.limit = std::chrono::hours(12);
  sample.flag = sample.capability = true;
  sample.maybe = false;
  sample.words = {"one", "two"};
  sample.names = {"a.example", "b.example"};
  sample.routes = {*Prefix::parse("10.0.0.0/8"), *Prefix::parse("fd00::/64"), *Prefix::parse("0.0.0.0/0")};
  sample.masks = {*Prefix::parse("0.0.0.0/24"), *Prefix::parse("fd00::/64")};
  sample.id = {0xab, 0xcd};
  sample.key = Secret("key");
  EXPECT_EQ(written(sample),
            "Text: a \"text\" of one line\n"
            "Lines: %20two%0Alines, 100% sure, %2541%20\n"
            "Number: 65535\nMtu: 1406\nTimer: 30\nLimit: 43200\nFlag: true\nCapability: true\nMaybe: false\n"
            "Words: one:two\nName: a.example\nName: b.example\n"
            "Route: 10.0.0.0/255.0.0.0\nRoute: fd00::/64\nRoute: 0.0.0.0/0.0.0.0\n"
            "Mask: 255.255.255.0\nMask: fd00::/64\nId: abcd\nKey: 6B6579\n");
  EXPECT_EQ(read(written(sample)), sample);
}

TEST(Fields, names_match_in_any_case_and_the_last_of_a_repeated_header_counts) {
  const auto sample = read("NUMBER: 1\nnumber: 2\nTimer: NONE\nname: a, ,b,c\nWords: :x\n");
  EXPECT_EQ(sample.number, 2);
  EXPECT_EQ(sample.timer, std::chrono::seconds(0));
  EXPECT_EQ(sample.names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(sample.words, std::vector<std::string>{"x"});
}

TEST(Fields, an_empty_header_is_as_none) {
  EXPECT_EQ(read("Number:\nRoute:  \nKey:\nFlag:\n"), Sample());
}

TEST(Fields, a_packet_size_is_clamped_to_a_tls_record) {
  EXPECT_EQ(read("Mtu: 16385\n").mtu, 16384);
  EXPECT_EQ(read("Mtu: 18446744073709551615\n").mtu, 16384);
}

TEST(Fields, values_that_make_no_sense_are_named_and_leave_the_member_alone) {
  const std::string long_text(1025, 'x');
  EXPECT_EQ(first_bad("text: " + long_text), "Text");
  EXPECT_EQ(first_bad("Number: 65536"), "Number");
  EXPECT_EQ(first_bad("Number: -1"), "Number");
  EXPECT_EQ(first_bad("Mtu: 18446744073709551616"), "Mtu");
  EXPECT_EQ(first_bad("Timer: 99999999999"), "Timer");
  EXPECT_EQ(first_bad("Flag: yes"), "Flag");
  EXPECT_EQ(first_bad("Route: 10.0.0.0/255.0.255.0"), "Route");
  EXPECT_EQ(first_bad("Mask: 255.0.255.0"), "Mask");
  EXPECT_EQ(first_bad("Id: ab"), "Id");
  EXPECT_EQ(first_bad("Id: abcdefabcd"), "Id");
  EXPECT_EQ(first_bad("Key: 6b657"), "Key");
  EXPECT_EQ(first_bad("Key: 6b657g"), "Key");
  EXPECT_EQ(first_bad("Words: " + std::string(129, 'x')), "Words");
}

TEST(Fields, text_that_is_sent_cannot_start_a_new_header) {
  Sample sample;
  sample.text = "a\r\nX-Evil: 1";
  sample.words = {"b\r\nX-Evil: 1"};
  for (const auto& [name, value] : fields::serialize(sample)) {
    EXPECT_EQ(value.find_first_of("\r\n"), std::string::npos) << name;
  }
}

TEST(Fields, control_characters_and_floods_are_errors_of_structure) {
  Sample sample;
  EXPECT_FALSE(fields::parse(sample, {{"Text", "a\nb"}}));
  EXPECT_FALSE(fields::parse(sample, {{"", "a"}}));
  EXPECT_FALSE(fields::parse(sample, HeaderList(fields::max_headers + 1, {"X", "y"})));
  EXPECT_TRUE(fields::parse(sample, HeaderList(fields::max_headers, {"X", "y"})));
}

TEST(Fields, a_repeated_header_has_a_limit) {
  Sample sample;
  const auto rest = fields::parse(sample, HeaderList(fields::max_repeats + 1, {"Route", "10.0.0.0/8"}));
  ASSERT_TRUE(rest);
  EXPECT_EQ(sample.routes.size(), fields::max_repeats);
  EXPECT_EQ(rest->bad.size(), 1U);
}

TEST(Fields, find_takes_the_last_in_any_case) {
  const HeaderList headers{{"X-Reason", "a"}, {"x-reason", "b"}};
  ASSERT_NE(fields::find(headers, "X-REASON"), nullptr);
  EXPECT_EQ(*fields::find(headers, "X-REASON"), "b");
  EXPECT_EQ(fields::find(headers, "X-Other"), nullptr);
}

}  // namespace sallyport::proto
