#include "base/log.hpp"

#include <gtest/gtest.h>

namespace sallyport::log {

TEST(Log, a_text_line_has_time_level_role_sentence_and_fields) {
  const Settings settings{Level::info, Format::text, "gateway"};
  EXPECT_EQ(
      format_line(settings, Level::info, "T", "TLS handshake done", {{"peer", "192.0.2.1:5"}, {"bytes", 12}}),
      "T info gateway: TLS handshake done peer=192.0.2.1:5 bytes=12");
}

TEST(Log, a_value_does_not_look_like_more_fields) {
  const Settings settings{Level::info, Format::text, "gateway"};
  EXPECT_EQ(format_line(settings, Level::info, "T", "logged in", {{"user", "eve session=1"}, {"why", "a b"}}),
            R"(T info gateway: logged in user="eve session=1" why=a b)");
}

TEST(Log, a_json_line_is_valid_whatever_a_peer_sent) {
  const Settings settings{Level::info, Format::json, "gateway"};
  EXPECT_EQ(
      format_line(settings, Level::error, "T", "bad \"name\"", {{"name", "a\n\\\xff"}, {"count", 3}}),
      R"({"time":"T","level":"error","role":"gateway","message":"bad \"name\"","name":"a\u000a\\\u00ff","count":3})");
}

TEST(Log, levels_have_names) {
  EXPECT_EQ(parse_level("notice"), Level::notice);
  EXPECT_FALSE(parse_level("loud"));
  EXPECT_EQ(name_of(Level::debug), "debug");
}

}  // namespace sallyport::log
