#include "tunnel/pacer.hpp"

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;
using proto::Time;

class PacerTest : public testing::Test {
 protected:
  void send(int datagrams) {
    for (int i = 0; i < datagrams; ++i) pacer_.sent(now_);
  }
  // Behind how many bursts, at most, is the peer asked?
  int bursts_until_asked(int most) {
    for (int i = 1; i <= most; ++i) {
      send(Pacer::burst);
      if (pacer_.asks(now_)) return i;
      now_ = pacer_.taken_at();
    }
    return 0;
  }

  Pacer pacer_;
  Time now_{100h};
};

TEST_F(PacerTest, a_burst_is_given_time_once_it_is_out) {
  send(Pacer::burst - 1);
  EXPECT_FALSE(pacer_.is_ahead(now_));
  send(1);
  EXPECT_TRUE(pacer_.is_ahead(now_));
  const auto end = now_ + Pacer::burst * Pacer::initial;
  EXPECT_EQ(pacer_.taken_at(), end);
  EXPECT_TRUE(pacer_.is_ahead(end - 1ns));
  EXPECT_FALSE(pacer_.is_ahead(end));
}

TEST_F(PacerTest, what_comes_slowly_need_not_wait) {
  for (int i = 0; i < 1000; ++i, now_ += Pacer::initial) {
    send(1);
    EXPECT_FALSE(pacer_.is_ahead(now_));
  }
}

TEST_F(PacerTest, a_longer_burst_is_given_more_time) {
  send(64);
  EXPECT_EQ(pacer_.taken_at(), now_ + 64 * Pacer::initial);
}

TEST_F(PacerTest, the_peer_is_asked_behind_a_burst_and_seldom) {
  send(1);
  EXPECT_FALSE(pacer_.asks(now_));
  EXPECT_EQ(bursts_until_asked(100), 28);
  pacer_.answered(now_);
  EXPECT_FALSE(pacer_.asks(now_));
  EXPECT_EQ(bursts_until_asked(100), 28);
}

TEST_F(PacerTest, answers_make_it_faster_to_a_limit) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(bursts_until_asked(100), 0);
    const auto before = pacer_.time_for_each();
    pacer_.answered(now_);
    EXPECT_LE(pacer_.time_for_each(), before);
  }
  EXPECT_EQ(pacer_.time_for_each(), Pacer::shortest);
}

TEST_F(PacerTest, requests_without_an_answer_make_it_slower_to_a_limit) {
  ASSERT_NE(bursts_until_asked(100), 0);
  for (int i = 0; i < 100; ++i) {
    const auto before = pacer_.time_for_each();
    now_ += 2s;
    ASSERT_NE(bursts_until_asked(100), 0);
    EXPECT_GE(pacer_.time_for_each(), before);
  }
  EXPECT_EQ(pacer_.time_for_each(), Pacer::longest);
}

TEST_F(PacerTest, an_answer_may_take_several_times_as_long_as_the_one_before) {
  ASSERT_NE(bursts_until_asked(100), 0);
  now_ += 100ms;
  pacer_.answered(now_);
  ASSERT_NE(bursts_until_asked(100), 0);
  const auto asked = now_;
  const auto before = pacer_.time_for_each();
  while (now_ < asked + 390ms) {
    send(Pacer::burst);
    EXPECT_FALSE(pacer_.asks(now_));
    now_ += 10ms;
  }
  EXPECT_EQ(pacer_.time_for_each(), before);
  now_ = asked + 400ms;
  ASSERT_NE(bursts_until_asked(100), 0);
  EXPECT_GT(pacer_.time_for_each(), before);
}

TEST_F(PacerTest, an_answer_to_nothing_changes_nothing) {
  pacer_.answered(now_);
  EXPECT_EQ(pacer_.time_for_each(), Pacer::initial);
}

}  // namespace
}  // namespace sallyport::tunnel
