#include "tls/replay_window.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sallyport::tls {

TEST(ReplayWindow, each_number_is_taken_once) {
  ReplayWindow window;
  for (const std::uint64_t number : {0U, 1U, 5U, 3U, 64U, 63U, 1000U}) {
    EXPECT_TRUE(window.may_be_new(number)) << number;
    window.take(number);
    EXPECT_FALSE(window.may_be_new(number)) << number;
  }
  EXPECT_EQ(window.end(), 1001U);
  EXPECT_TRUE(window.may_be_new(2000));
}

TEST(ReplayWindow, what_is_too_old_is_refused) {
  ReplayWindow window;
  window.take(ReplayWindow::width + 9);
  EXPECT_TRUE(window.may_be_new(10));
  EXPECT_FALSE(window.may_be_new(9));
}

TEST(ReplayWindow, a_leap_forgets_all_and_takes_nothing_twice) {
  ReplayWindow window;
  for (std::uint64_t i = 0; i < 2000; ++i) window.take(i);
  window.take(std::uint64_t{1} << 47);
  EXPECT_FALSE(window.may_be_new(std::uint64_t{1} << 47));
  EXPECT_TRUE(window.may_be_new((std::uint64_t{1} << 47) - 1));
  EXPECT_FALSE(window.may_be_new(1999));
}

// Against a set that remembers everything.
TEST(ReplayWindow, agrees_with_the_plain_rule_for_any_order) {
  std::uint64_t random = 1;
  const auto next = [&random] { return random = random * 6364136223846793005U + 1442695040888963407U; };
  ReplayWindow window;
  std::set<std::uint64_t> taken;
  std::uint64_t base = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto leap = next() >> 33;
    if (leap % 16 == 0) base += leap % 5000;
    const std::uint64_t number = base + (next() >> 33) % 1500;
    const bool in_reach = taken.empty() || *taken.rbegin() < number + ReplayWindow::width;
    ASSERT_EQ(window.may_be_new(number), in_reach && !taken.contains(number)) << i;
    if (!window.may_be_new(number)) continue;
    window.take(number);
    taken.insert(number);
    while (taken.size() > 4000) taken.erase(taken.begin());
  }
}

}  // namespace sallyport::tls
