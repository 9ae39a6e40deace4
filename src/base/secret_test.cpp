#include "base/secret.hpp"

#include <array>
#include <type_traits>

#include <gtest/gtest.h>

#include "base/log.hpp"

namespace sallyport {

TEST(Secret, compares_by_content_and_length) {
  EXPECT_EQ(Secret("abc"), Secret("abc"));
  EXPECT_FALSE(Secret("abc") == Secret("abd"));
  EXPECT_FALSE(Secret("abc") == Secret("abcd"));
}

TEST(Secret, leaves_nothing_behind_when_moved_or_assigned) {
  Secret from("hunter2");
  Secret to(std::move(from));
  EXPECT_EQ(to.reveal_text(), "hunter2");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  to = Secret("x");
  EXPECT_EQ(to.reveal_text(), "x");
}

TEST(Secret, wipe_overwrites) {
  std::array<std::uint8_t, 3> bytes{1, 2, 3};
  wipe(bytes);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 3>{}));
}

TEST(Secret, has_no_way_into_a_log_field) {
  static_assert(!std::is_constructible_v<log::Field, std::string_view, Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
}

TEST(Secret, a_wiped_text_is_empty_and_leaves_nothing_where_it_was) {
  std::string text(100, 'x');
  text.erase(0, 60);  // what was moved to the front stands behind the end, too
  const auto* where = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string_view(where, text.capacity()).find('x'), std::string_view::npos);
}

}  // namespace sallyport
