#include "supervisor/restart_policy.hpp"

#include <gtest/gtest.h>

namespace sallyport::supervisor {

using std::chrono::seconds;

TEST(RestartPolicy, waits_longer_after_each_death_and_gives_up_at_the_fifth_in_a_minute) {
  RestartPolicy policy;
  Time now{};
  EXPECT_EQ(policy.died(now), seconds(0));
  EXPECT_EQ(policy.died(now += seconds(1)), seconds(1));
  EXPECT_EQ(policy.died(now += seconds(2)), seconds(2));
  EXPECT_EQ(policy.died(now += seconds(3)), seconds(4));
  EXPECT_EQ(policy.died(now += seconds(5)), std::nullopt);
}

TEST(RestartPolicy, forgets_a_death_after_a_minute) {
  RestartPolicy policy;
  Time now{};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(policy.died(now), seconds(0)) << "death " << i;
    now += seconds(60);
  }
}

}  // namespace sallyport::supervisor
