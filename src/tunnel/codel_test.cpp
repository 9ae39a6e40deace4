#include "tunnel/codel.hpp"

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;
using proto::Time;

constexpr Time start{1h};

// Packets that have each waited for `wait`, one each millisecond for `time`; how many are dropped.
int drops_of(Codel& codel, proto::Duration wait, proto::Duration time, Time from = start) {
  int drops = 0;
  for (Time now = from; now < from + time; now += 1ms) {
    while (codel.drops(now - wait, false, now)) ++drops;
  }
  return drops;
}

}  // namespace

TEST(Codel, what_waits_for_less_than_the_target_is_never_dropped) {
  Codel codel;
  EXPECT_EQ(drops_of(codel, 4ms, 10s), 0);
}

TEST(Codel, a_burst_of_less_than_the_interval_is_let_pass) {
  Codel codel;
  EXPECT_EQ(drops_of(codel, 50ms, 99ms), 0);
  EXPECT_EQ(drops_of(codel, 1ms, 10ms, start + 99ms), 0);
  EXPECT_EQ(drops_of(codel, 50ms, 99ms, start + 109ms), 0);
}

TEST(Codel, a_standing_queue_is_dropped_from_ever_more_often) {
  Codel codel;
  EXPECT_EQ(drops_of(codel, 50ms, 105ms), 1);
  const int next = drops_of(codel, 50ms, 1s, start + 105ms);
  const int later = drops_of(codel, 50ms, 1s, start + 1105ms);
  EXPECT_GT(next, 10);
  EXPECT_GT(later, next);
  EXPECT_LT(later, 1000);
}

TEST(Codel, the_last_packet_is_never_dropped) {
  Codel codel;
  for (Time now = start; now < start + 10s; now += 1ms) EXPECT_FALSE(codel.drops(now - 1s, true, now));
}

TEST(Codel, goes_on_at_its_rate_where_the_queue_is_back_soon) {
  Codel again;
  drops_of(again, 50ms, 2s);
  EXPECT_EQ(drops_of(again, 1ms, 50ms, start + 2s), 0);
  Codel fresh;
  EXPECT_GT(drops_of(again, 50ms, 500ms, start + 2050ms), drops_of(fresh, 50ms, 500ms));
}

}  // namespace sallyport::tunnel
