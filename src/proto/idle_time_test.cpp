#include "proto/idle_time.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using namespace std::chrono_literals;

constexpr Time begin{1000h};

TEST(IdleTime, counts_from_the_beginning_of_the_tunnel_until_there_is_data) {
  IdleTime idle(0s, begin);
  EXPECT_EQ(idle.at(begin + 9s), 9s);
  idle.data_at(begin + 5s);
  EXPECT_EQ(idle.at(begin + 9s), 4s);
  idle.data_at(begin + 3s);  // told late
  EXPECT_EQ(idle.at(begin + 9s), 4s);
}

TEST(IdleTime, is_over_at_the_timeout_and_not_before) {
  const IdleTime idle(0s, begin);
  EXPECT_FALSE(idle.is_over(2s, begin + 1999ms));
  EXPECT_TRUE(idle.is_over(2s, begin + 2s));
  EXPECT_FALSE(idle.is_over(0s, begin + 1000h));
}

TEST(IdleTime, goes_on_over_reconnects) {
  std::chrono::milliseconds stored{0};
  Time now = begin;
  for (int tunnel = 0; tunnel < 6; ++tunnel) {  // each for five minutes, each lost for an hour
    const IdleTime idle(stored, now);
    EXPECT_FALSE(idle.is_over(30min, now + 4min));
    EXPECT_EQ(idle.is_over(30min, now + 5min), tunnel == 5);
    stored = idle.at(now + 5min);
    now += 65min;
  }
}

TEST(IdleTime, of_one_who_carried_data_begins_anew) {
  IdleTime idle(29min, begin);
  idle.data_at(begin + 30s);
  EXPECT_EQ(idle.at(begin + 40s), 10s);
  EXPECT_FALSE(idle.is_over(30min, begin + 30min));
}

TEST(IdleTime, is_never_negative) {
  IdleTime idle(0s, begin);
  idle.data_at(begin + 5s);
  EXPECT_EQ(idle.at(begin + 4s), 0s);
}

}  // namespace

}  // namespace sallyport::proto
