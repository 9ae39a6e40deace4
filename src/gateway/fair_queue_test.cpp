#include "gateway/fair_queue.hpp"

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

const Asker alice{*Address::parse("192.0.2.1"), "local"};
const Asker bob{*Address::parse("192.0.2.2"), "local"};
const Asker alice_elsewhere{*Address::parse("192.0.2.1"), "other"};

int next(FairQueue<int>& queue) {
  const auto taken = queue.take();
  return taken ? taken->second : 0;
}

}  // namespace

TEST(FairQueue, whoever_has_his_share_waits_and_others_do_not) {
  FairQueue<int> queue(2);
  for (const int number : {1, 2, 3, 4}) queue.add(alice, number);
  queue.add(bob, 5);
  queue.add(alice_elsewhere, 6);
  EXPECT_EQ(next(queue), 1);
  EXPECT_EQ(next(queue), 2);
  EXPECT_EQ(next(queue), 5);
  EXPECT_EQ(next(queue), 6);
  EXPECT_EQ(next(queue), 0);
}

TEST(FairQueue, an_answer_makes_room_for_the_next_in_order) {
  FairQueue<int> queue(1);
  for (const int number : {1, 2, 3}) queue.add(alice, number);
  EXPECT_EQ(next(queue), 1);
  EXPECT_EQ(next(queue), 0);
  queue.leave(alice);
  EXPECT_EQ(next(queue), 2);
  queue.leave(alice);
  EXPECT_EQ(next(queue), 3);
  queue.leave(alice);
  EXPECT_EQ(next(queue), 0);
}

TEST(FairQueue, what_was_put_back_comes_first_and_has_no_place) {
  FairQueue<int> queue(1);
  queue.add(alice, 1);
  queue.add(alice, 2);
  auto first = queue.take();
  ASSERT_TRUE(first);
  queue.put_back(first->first, first->second);
  EXPECT_EQ(next(queue), 1);
  EXPECT_EQ(next(queue), 0);
}

TEST(FairQueue, whoever_wants_no_answer_any_more_does_not_wait) {
  FairQueue<int> queue(1);
  for (const int number : {1, 2, 3}) queue.add(alice, number);
  EXPECT_EQ(next(queue), 1);
  queue.remove_if([](int number) { return number == 2; });
  queue.leave(alice);
  EXPECT_EQ(next(queue), 3);
}

}  // namespace sallyport::gateway
