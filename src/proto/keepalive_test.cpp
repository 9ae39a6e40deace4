#include "proto/keepalive.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using Action = Keepalive::Action;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time start{std::chrono::hours(5)};

}  // namespace

TEST(Keepalive, a_client_probes_after_one_interval_and_gives_up_after_two) {
  Keepalive channel(Keepalive::Rule::client(seconds(30), seconds(0)), start);
  EXPECT_EQ(channel.due(start + seconds(29)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(30)), Action::probe);
  EXPECT_EQ(channel.due(start + seconds(31)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(45)), Action::probe);
  EXPECT_EQ(channel.due(start + seconds(59)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(60)), Action::give_up);
}

TEST(Keepalive, a_gateway_probes_after_two_intervals_and_gives_up_after_three) {
  Keepalive channel(Keepalive::Rule::gateway(seconds(30)), start);
  EXPECT_EQ(channel.due(start + seconds(59)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(60)), Action::probe);
  EXPECT_EQ(channel.due(start + seconds(75)), Action::probe);
  EXPECT_EQ(channel.due(start + seconds(89)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(90)), Action::give_up);
}

TEST(Keepalive, any_sign_of_life_starts_the_count_again) {
  Keepalive channel(Keepalive::Rule::client(seconds(30), seconds(0)), start);
  EXPECT_EQ(channel.due(start + seconds(30)), Action::probe);
  channel.heard(start + seconds(31));
  EXPECT_EQ(channel.due(start + seconds(59)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(61)), Action::probe);
}

TEST(Keepalive, a_client_that_only_listens_still_says_something_in_each_dpd_interval) {
  Keepalive channel(Keepalive::Rule::client(seconds(30), seconds(300)), start);
  for (int second = 1; second < 30; ++second) {
    channel.heard(start + seconds(second));
    EXPECT_EQ(channel.due(start + seconds(second)), Action::none);
  }
  channel.heard(start + seconds(30));
  EXPECT_EQ(channel.due(start + seconds(30)), Action::keepalive);
  EXPECT_EQ(channel.due(start + seconds(31)), Action::none);
}

TEST(Keepalive, what_is_sent_puts_the_keepalive_off) {
  Keepalive channel(Keepalive::Rule::client(seconds(0), seconds(20)), start);
  channel.sent(start + seconds(15));
  EXPECT_EQ(channel.due(start + seconds(34)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(35)), Action::keepalive);
  EXPECT_EQ(channel.due(start + seconds(54)), Action::none);
  EXPECT_EQ(channel.due(start + seconds(55)), Action::keepalive);
}

TEST(Keepalive, a_probe_counts_as_sent) {
  Keepalive channel(Keepalive::Rule::client(seconds(30), seconds(30)), start);
  EXPECT_EQ(channel.due(start + seconds(30)), Action::probe);
  channel.heard(start + seconds(30));
  EXPECT_EQ(channel.due(start + seconds(59)), Action::none);
}

TEST(Keepalive, zero_is_off) {
  Keepalive channel(Keepalive::Rule::client(seconds(0), seconds(0)), start);
  EXPECT_EQ(channel.due(start + std::chrono::hours(1000)), Action::none);
  EXPECT_EQ(channel.next(), Time::max());
}

TEST(Keepalive, data_without_an_answer_is_asked_after_early_on_dtls) {
  Keepalive channel(Keepalive::Rule::client(seconds(30), seconds(0)).for_datagrams(), start);
  channel.sent_data(start + seconds(5));
  channel.sent_data(start + seconds(6));  // the first counts
  EXPECT_EQ(channel.next(), start + seconds(7));
  for (int second = 7; second < 15; ++second) {
    EXPECT_EQ(channel.due(start + seconds(second) - milliseconds(1)), Action::none);
    EXPECT_EQ(channel.due(start + seconds(second)), Action::probe);
  }
  EXPECT_EQ(channel.due(start + seconds(15)), Action::unanswered);
  EXPECT_EQ(channel.due(start + seconds(16)), Action::none);  // once
  channel.sent_data(start + seconds(17));
  EXPECT_EQ(channel.next(), start + seconds(19));
}

TEST(Keepalive, an_answer_ends_the_asking) {
  Keepalive channel(Keepalive::Rule::gateway(seconds(0)).for_datagrams(), start);
  channel.sent_data(start);
  EXPECT_EQ(channel.due(start + seconds(2)), Action::probe);
  channel.heard(start + seconds(2));
  EXPECT_EQ(channel.next(), Time::max());
  channel.sent_data(start + seconds(60));
  EXPECT_EQ(channel.next(), start + seconds(62));
}

TEST(Keepalive, a_keepalive_frame_wants_no_answer) {
  Keepalive channel(Keepalive::Rule::client(seconds(0), seconds(20)).for_datagrams(), start);
  EXPECT_EQ(channel.due(start + seconds(20)), Action::keepalive);
  EXPECT_EQ(channel.next(), start + seconds(40));
}

TEST(Keepalive, next_is_exactly_when_something_is_due) {
  Keepalive channel(Keepalive::Rule::client(seconds(7), seconds(5)), start);
  auto now = start;
  int actions = 0;
  for (auto action = Action::none; action != Action::give_up; ++actions) {
    EXPECT_EQ(channel.due(channel.next() - milliseconds(1)), Action::none);
    now = channel.next();
    action = channel.due(now);
    ASSERT_NE(action, Action::none);
  }
  EXPECT_EQ(now, start + seconds(14));
  EXPECT_EQ(actions, 4);  // keepalive at 5, probes at 7 and 10.5, the end at 14
}

}  // namespace sallyport::proto
