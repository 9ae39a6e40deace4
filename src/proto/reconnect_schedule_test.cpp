#include "proto/reconnect_schedule.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using std::chrono::seconds;

constexpr Time lost{std::chrono::hours(3)};

// Seconds after the loss at which tries happen that fail at once.
std::vector<long> tries(seconds budget) {
  ReconnectSchedule schedule(lost, budget);
  std::vector<long> times{0};
  for (auto next = schedule.next_after_failure(lost); next; next = schedule.next_after_failure(*next)) {
    times.push_back(std::chrono::duration_cast<seconds>(*next - lost).count());
  }
  return times;
}

}  // namespace

TEST(ReconnectSchedule, waits_ten_seconds_more_each_time_within_the_budget) {
  EXPECT_EQ(tries(seconds(300)), (std::vector<long>{0, 10, 30, 60, 100, 150, 210, 280, 300}));
}

TEST(ReconnectSchedule, never_waits_longer_than_a_hundred_seconds) {
  EXPECT_EQ(tries(seconds(760)),
            (std::vector<long>{0, 10, 30, 60, 100, 150, 210, 280, 360, 450, 550, 650, 750, 760}));
}

TEST(ReconnectSchedule, without_a_budget_one_try_is_all) {
  EXPECT_EQ(tries(seconds(0)), std::vector<long>{0});
}

TEST(ReconnectSchedule, slow_tries_use_the_budget_up_too) {
  ReconnectSchedule schedule(lost, seconds(60));
  EXPECT_EQ(schedule.next_after_failure(lost + seconds(30)), lost + seconds(40));
  EXPECT_EQ(schedule.next_after_failure(lost + seconds(55)), lost + seconds(60));
  EXPECT_EQ(schedule.next_after_failure(lost + seconds(60)), std::nullopt);
}

TEST(ReconnectSchedule, only_401_is_final) {
  EXPECT_FALSE(may_reconnect_after(401));
  for (int status : {0, 403, 404, 503}) EXPECT_TRUE(may_reconnect_after(status)) << status;
}

}  // namespace sallyport::proto
