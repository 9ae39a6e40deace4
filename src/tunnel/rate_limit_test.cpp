#include "tunnel/rate_limit.hpp"

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;

TEST(RateLimitTest, allows_a_burst_and_then_one_each_interval) {
  RateLimit limit(100ms, 3);
  const proto::Time start = proto::Time() + 1h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.allow(start));
  EXPECT_FALSE(limit.allow(start));
  EXPECT_FALSE(limit.allow(start + 99ms));
  EXPECT_TRUE(limit.allow(start + 100ms));
  EXPECT_FALSE(limit.allow(start + 100ms));
  EXPECT_TRUE(limit.allow(start + 200ms));
}

TEST(RateLimitTest, saves_no_more_than_the_burst) {
  RateLimit limit(1s, 1);
  const proto::Time start = proto::Time() + 1h;
  EXPECT_TRUE(limit.allow(start));
  EXPECT_TRUE(limit.allow(start + 1h));
  EXPECT_FALSE(limit.allow(start + 1h));
}

}  // namespace
}  // namespace sallyport::tunnel
