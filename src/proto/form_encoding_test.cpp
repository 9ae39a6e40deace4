#include "proto/form_encoding.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

TEST(FormEncoding, decodes_plus_and_percent_in_names_and_values) {
  const auto fields = parse_form("group%5flist=My+Group&password=a%2Bb%26c%3D%25&empty=&alone").value();
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0], (FormField{"group_list", Secret("My Group")}));
  EXPECT_EQ(fields[1].value.reveal_text(), "a+b&c=%");
  EXPECT_EQ(fields[2], (FormField{"empty", Secret()}));
  EXPECT_EQ(fields[3], (FormField{"alone", Secret()}));
}

TEST(FormEncoding, round_trips_every_byte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const std::vector<FormField> fields = {{"a b&c", Secret(all)}, {"x", Secret()}};
  EXPECT_EQ(parse_form(serialize_form(fields)).value(), fields);
  EXPECT_EQ(percent_decode(percent_encode(all)).value(), all);
}

TEST(FormEncoding, refuses_broken_escapes_nameless_fields_and_floods) {
  for (const auto* body : {"a=%", "a=%4", "a=%zz", "%=1", "=x"})
    EXPECT_EQ(parse_form(body).error().kind, ErrorKind::malformed) << body;
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a=1&";
  EXPECT_FALSE(parse_form(many).has_value());
  EXPECT_FALSE(parse_form("a=" + std::string(65536, 'x')).has_value());
}

TEST(FormEncoding, has_no_fields_in_an_empty_body) {
  EXPECT_TRUE(parse_form("").value().empty());
  EXPECT_EQ(serialize_form({}), "");
}

}  // namespace
}  // namespace sallyport::proto
