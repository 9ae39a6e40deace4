#include "supervisor/toml_document.hpp"

#include <gtest/gtest.h>

namespace sallyport::supervisor {
namespace {

TomlTable parse(std::string_view text) {
  auto table = parse_toml(text);
  EXPECT_TRUE(table.has_value()) << (table ? "" : table.error().sentence);
  return table ? *table : TomlTable{};
}

Complaint refusal(std::string_view text) {
  const auto table = parse_toml(text);
  return table ? Complaint{} : table.error();
}

TEST(TomlDocument, keeps_values_and_their_places) {
  const auto table =
      parse("\n  name = 'x'\nnumber=-5\non = true\nlist = [ 1,\n 'two' ]\n[section]\nday = 1979-05-27\n");
  ASSERT_EQ(table.size(), 5U);
  EXPECT_EQ(table[0].key, "name");
  EXPECT_EQ(table[0].at, (Position{2, 3}));
  EXPECT_EQ(std::get<std::string>(table[0].node.value), "x");
  EXPECT_EQ(table[0].node.at, (Position{2, 10}));
  EXPECT_EQ(std::get<std::int64_t>(table[1].node.value), -5);
  EXPECT_TRUE(std::get<bool>(table[2].node.value));
  const auto& list = std::get<TomlArray>(table[3].node.value);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[1].at, (Position{6, 2}));
  const auto& section = std::get<TomlTable>(table[4].node.value);
  ASSERT_NE(find(section, "day"), nullptr);
  EXPECT_EQ(std::get<TomlOther>(find(section, "day")->node.value).name, "a date or time");
  EXPECT_EQ(find(section, "night"), nullptr);
}

TEST(TomlDocument, keeps_the_order_of_the_file) {
  const auto table = parse("[z]\n[a]\n[m]\n");
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table[0].key, "z");
  EXPECT_EQ(table[2].key, "m");
}

TEST(TomlDocument, tells_where_the_syntax_is_wrong) {
  EXPECT_EQ(refusal("a = 1\nb = \"x\n").at.line, 2U);
  EXPECT_EQ(refusal("a = 1\n  = 2\n").at, (Position{2, 3}));
  EXPECT_FALSE(refusal("a = 1\n  = 2\n").sentence.empty());
  EXPECT_EQ(refusal("a = '\xff'").at.line, 1U);
}

TEST(TomlDocument, refuses_a_file_beyond_1_mib) {
  EXPECT_EQ(refusal(std::string(1 << 20, '\n')), Complaint{});
  EXPECT_EQ(refusal(std::string((1 << 20) + 1, '\n')), (Complaint{{1, 1}, "the file is larger than 1 MiB"}));
}

TEST(TomlDocument, refuses_what_would_exhaust_the_stack) {
  std::string dotted = "a = 1\nx";
  for (int i = 0; i < 100'000; ++i) dotted += ".x";
  EXPECT_EQ(refusal(dotted + " = 1"), (Complaint{{2, 34}, "nested too deeply"}));
  EXPECT_EQ(refusal("x = " + std::string(17, '[')), (Complaint{{1, 21}, "nested too deeply"}));
  EXPECT_EQ(refusal("x = " + std::string(16, '[') + std::string(16, ']')), Complaint{});
}

TEST(TomlDocument, counts_no_brackets_or_dots_in_text_and_comments) {
  const std::string many(40, '.');
  const std::string deep(40, '[');
  EXPECT_EQ(refusal("# " + many + deep + "\nx = 1 # " + many), Complaint{});
  EXPECT_EQ(refusal("x = \"\\\"" + many + deep + "\"\ny = '" + deep + "'"), Complaint{});
  EXPECT_EQ(refusal("x = \"\"\"\n\"" + many + "\n" + deep + "\"\"\"\ny = '''" + deep + "'''"), Complaint{});
  EXPECT_EQ(refusal("x = ''\ny = " + deep).sentence, "nested too deeply");
  EXPECT_EQ(refusal("x = 'a\ny = " + deep).sentence, "nested too deeply");
}

}  // namespace
}  // namespace sallyport::supervisor
