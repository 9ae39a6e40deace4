#include "proto/backoff.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using Action = DtlsBackoff::Action;
using std::chrono::seconds;

constexpr Time start{std::chrono::hours(7)};

}  // namespace

TEST(DtlsBackoff, follows_the_schedule_of_a_blocked_port) {
  DtlsBackoff backoff(start);
  std::vector<std::pair<long, Action>> seen;
  for (int i = 0; i < 10; ++i) {
    const auto at = backoff.next();
    EXPECT_EQ(backoff.due(at - std::chrono::milliseconds(1)), Action::none);
    seen.emplace_back(std::chrono::duration_cast<seconds>(at - start).count(), backoff.due(at));
  }
  const std::vector<std::pair<long, Action>> expected{
      {0, Action::hello},     {1, Action::hello},    {3, Action::hello},    {7, Action::hello},
      {15, Action::hello},    {31, Action::hello},   {32, Action::give_up}, {92, Action::attempt},
      {152, Action::attempt}, {212, Action::attempt}};
  EXPECT_EQ(seen, expected);
}

TEST(DtlsBackoff, gives_up_earlier_where_fewer_hellos_are_wished) {
  DtlsBackoff backoff(start, 2);
  EXPECT_EQ(backoff.due(start), Action::hello);
  EXPECT_EQ(backoff.due(start + seconds(1)), Action::hello);
  EXPECT_EQ(backoff.next(), start + seconds(2));
  EXPECT_EQ(backoff.due(start + seconds(2)), Action::give_up);
  EXPECT_EQ(backoff.next(), start + seconds(62));
}

TEST(DtlsBackoff, gives_up_once) {
  DtlsBackoff backoff(start);
  EXPECT_EQ(backoff.due(start), Action::hello);
  EXPECT_FALSE(backoff.given_up());
  EXPECT_EQ(backoff.due(start + seconds(40)), Action::give_up);
  EXPECT_TRUE(backoff.given_up());
  EXPECT_EQ(backoff.due(start + seconds(41)), Action::none);
  EXPECT_EQ(backoff.due(start + seconds(100)), Action::attempt);
}

TEST(DtlsBackoff, a_late_call_sends_one_hello_for_those_it_missed) {
  DtlsBackoff backoff(start);
  EXPECT_EQ(backoff.due(start + seconds(8)), Action::hello);
  EXPECT_EQ(backoff.due(start + seconds(8)), Action::none);
  EXPECT_EQ(backoff.next(), start + seconds(15));
}

}  // namespace sallyport::proto
