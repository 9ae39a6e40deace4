#include "tunnel/moderation.hpp"

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;
using proto::Time;

// A worker whose turns take `each`, of which it waits for `waits`, and find `packets`.
struct Turns {
  Time::duration each;
  Time::duration waits;
  std::uint64_t packets;
};

class ModerationTest : public testing::Test {
 protected:
  // Does it pause behind 5 ms of such turns?
  bool pauses_behind(const Turns& turns) {
    bool pauses = false;
    for (const auto end = now_ + 5ms; now_ < end; now_ += turns.each) {
      pauses = moderation_.pauses(packets_, now_);
      moderation_.has_waited(turns.waits);
      packets_ += turns.packets;
    }
    return pauses;
  }

 private:
  Moderation moderation_;
  Time now_{100h};
  std::uint64_t packets_ = 0;
};

TEST_F(ModerationTest, packets_that_come_one_by_one_and_often_are_let_gather) {
  EXPECT_TRUE(pauses_behind({.each = 20us, .waits = 10us, .packets = 2}));
}

TEST_F(ModerationTest, it_goes_on_with_what_gathers) {
  ASSERT_TRUE(pauses_behind({.each = 20us, .waits = 10us, .packets = 2}));
  EXPECT_TRUE(pauses_behind({.each = 120us, .waits = 100us, .packets = 12}));
}

TEST_F(ModerationTest, pings_are_not_kept_waiting) {
  EXPECT_FALSE(pauses_behind({.each = 100us, .waits = 90us, .packets = 2}));
}

TEST_F(ModerationTest, it_ends_when_fewer_come) {
  ASSERT_TRUE(pauses_behind({.each = 20us, .waits = 10us, .packets = 2}));
  EXPECT_FALSE(pauses_behind({.each = 120us, .waits = 110us, .packets = 2}));
}

TEST_F(ModerationTest, what_comes_in_batches_needs_no_pause) {
  EXPECT_FALSE(pauses_behind({.each = 50us, .waits = 20us, .packets = 30}));
}

TEST_F(ModerationTest, a_worker_that_is_busy_does_not_pause) {
  EXPECT_FALSE(pauses_behind({.each = 20us, .waits = 4us, .packets = 2}));
  ASSERT_TRUE(pauses_behind({.each = 20us, .waits = 10us, .packets = 2}));
  EXPECT_FALSE(pauses_behind({.each = 20us, .waits = 4us, .packets = 2}));
}

TEST_F(ModerationTest, it_ends_when_nothing_came_for_long) {
  ASSERT_TRUE(pauses_behind({.each = 20us, .waits = 10us, .packets = 2}));
  pauses_behind({.each = 1s, .waits = 1s, .packets = 2});  // one turn, at whose end something came
  EXPECT_FALSE(pauses_behind({.each = 5ms, .waits = 5ms, .packets = 2}));
}

}  // namespace
}  // namespace sallyport::tunnel
