#include "client/reconnect_plan.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using namespace std::chrono_literals;
using Cause = ReconnectPlan::Cause;
using Next = ReconnectPlan::Next;

constexpr proto::Time start{1h};

TEST(ReconnectPlan, a_lost_tunnel_is_tried_at_once_and_then_ever_more_rarely) {
  ReconnectPlan plan(300s);
  EXPECT_EQ(plan.lost(start), Next::try_now);
  EXPECT_EQ(plan.failed(start + 1s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 11s);
  EXPECT_EQ(plan.due(start + 10s), Next::nothing);
  EXPECT_EQ(plan.due(start + 11s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 11s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 31s);
}

TEST(ReconnectPlan, gives_up_when_the_time_is_over) {
  ReconnectPlan plan(5s);
  EXPECT_EQ(plan.lost(start), Next::try_now);
  EXPECT_EQ(plan.failed(start), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 5s);
  EXPECT_EQ(plan.due(start + 5s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 5s), Next::give_up);
}

TEST(ReconnectPlan, the_time_counts_from_each_loss) {
  ReconnectPlan plan(5s);
  plan.lost(start);
  plan.built(start + 4s);
  EXPECT_EQ(plan.lost(start + 100s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 100s), Next::wait);
}

TEST(ReconnectPlan, a_try_that_fails_while_the_tunnel_works_costs_nothing) {
  ReconnectPlan plan(300s);
  EXPECT_EQ(plan.want(Cause::user, start), Next::try_now);
  EXPECT_EQ(plan.failed(start + 1s), Next::nothing);
  EXPECT_TRUE(plan.is_up());
  EXPECT_EQ(plan.want(Cause::keys, start + 2s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 3s), Next::wait) << "old keys remain a reason";
  EXPECT_EQ(plan.next_try(), start + 33s);
  EXPECT_EQ(plan.want(Cause::user, start + 4s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 5s), Next::wait) << "also after the user's";
  EXPECT_EQ(plan.next_try(), start + 35s);
}

TEST(ReconnectPlan, a_tunnel_that_is_lost_during_a_try_waits_for_it) {
  ReconnectPlan plan(300s);
  plan.want(Cause::keys, start);
  EXPECT_EQ(plan.lost(start + 1s), Next::nothing);
  EXPECT_FALSE(plan.is_up());
  EXPECT_EQ(plan.failed(start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 12s);
}

TEST(ReconnectPlan, two_that_take_the_session_from_each_other_come_to_rest) {
  ReconnectPlan plan(300s);
  plan.lost(start);
  plan.built(start + 1s);
  EXPECT_EQ(plan.lost(start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 12s);
  plan.due(start + 12s);
  plan.built(start + 12s);
  EXPECT_EQ(plan.lost(start + 22s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 42s) << "it was taken away again: 20 s";
  plan.due(start + 42s);
  plan.built(start + 42s);
  EXPECT_EQ(plan.lost(start + 80s), Next::try_now) << "it lived for long enough";
}

TEST(ReconnectPlan, a_young_tunnel_that_replaced_a_good_one_is_made_again_at_once) {
  ReconnectPlan plan(300s);
  plan.want(Cause::network, start);
  plan.built(start + 1s);
  EXPECT_EQ(plan.lost(start + 2s), Next::try_now);
  plan.built(start + 3s);
  EXPECT_EQ(plan.lost(start + 4s), Next::wait) << "but not the next";
}

TEST(ReconnectPlan, an_end_that_is_seen_before_the_answer_to_the_try_is_no_fight) {
  ReconnectPlan plan(300s);
  plan.want(Cause::keys, start);
  EXPECT_EQ(plan.lost(start + 1s), Next::nothing);
  plan.built(start + 1s);
  EXPECT_EQ(plan.lost(start + 2s), Next::try_now);
}

TEST(ReconnectPlan, they_come_to_rest_also_where_there_is_one_try_only) {
  ReconnectPlan plan(0s);
  plan.lost(start);
  plan.built(start + 1s);
  EXPECT_EQ(plan.lost(start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 5s);
}

TEST(ReconnectPlan, a_change_of_the_network_brings_the_next_try_forward) {
  ReconnectPlan plan(300s);
  plan.lost(start);
  plan.failed(start + 1s);
  EXPECT_EQ(plan.want(Cause::network, start + 5s), Next::try_now);
  EXPECT_EQ(plan.failed(start + 5s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 25s);
}

TEST(ReconnectPlan, a_network_that_never_rests_makes_no_busy_loop) {
  ReconnectPlan plan(300s);
  plan.lost(start);
  plan.failed(start);
  EXPECT_EQ(plan.want(Cause::network, start + 1s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 3s);
  EXPECT_EQ(plan.want(Cause::network, start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 3s);
}

TEST(ReconnectPlan, a_change_during_a_try_is_not_forgotten) {
  ReconnectPlan plan(300s);
  plan.lost(start);
  EXPECT_EQ(plan.want(Cause::network, start + 1s), Next::nothing);
  EXPECT_EQ(plan.failed(start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 3s);
}

TEST(ReconnectPlan, a_try_after_a_change_goes_the_networks_new_way_also_for_keys) {
  ReconnectPlan plan(300s);
  plan.want(Cause::keys, start);
  plan.want(Cause::network, start + 1s);
  plan.failed(start + 2s);
  EXPECT_EQ(plan.due(start + 3s), Next::try_now);
  EXPECT_EQ(plan.cause(), Cause::network);
  plan.failed(start + 4s);
  EXPECT_EQ(plan.want(Cause::keys, start + 5s), Next::try_now) << "while the next waits for its time";
  EXPECT_EQ(plan.cause(), Cause::network);
  plan.built(start + 6s);
  plan.want(Cause::keys, start + 60s);
  EXPECT_EQ(plan.cause(), Cause::keys);
}

TEST(ReconnectPlan, a_change_during_a_try_that_succeeds_is_looked_at) {
  ReconnectPlan plan(300s);
  plan.want(Cause::user, start);
  EXPECT_EQ(plan.want(Cause::network, start + 1s), Next::nothing);
  EXPECT_TRUE(plan.built(start + 2s));
  plan.want(Cause::user, start + 3s);
  EXPECT_FALSE(plan.built(start + 4s));
}

TEST(ReconnectPlan, a_new_tunnel_has_a_rest_from_the_network_too) {
  ReconnectPlan plan(300s);
  plan.want(Cause::network, start);
  plan.built(start + 1s);
  EXPECT_EQ(plan.want(Cause::network, start + 2s), Next::wait);
  EXPECT_EQ(plan.next_try(), start + 4s);
  EXPECT_EQ(plan.want(Cause::network, start + 5s), Next::try_now);
}

TEST(ReconnectPlan, the_user_need_not_wait) {
  ReconnectPlan plan(300s);
  plan.lost(start);
  EXPECT_EQ(plan.want(Cause::user, start + 1s), Next::try_now) << "instead of the one under way";
  plan.failed(start + 2s);
  EXPECT_EQ(plan.want(Cause::user, start + 3s), Next::try_now);
}

}  // namespace
}  // namespace sallyport::client
