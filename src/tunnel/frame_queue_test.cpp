#include "tunnel/frame_queue.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/cstp_frame.hpp"

namespace sallyport::tunnel {
namespace {

Bytes frame(std::uint8_t mark, std::size_t payload) {
  return proto::cstp_frame(proto::FrameType::data, Bytes(payload, mark));
}

bool is_front(const FrameQueue& queue, const Bytes& expected) {
  return std::ranges::equal(queue.front(), expected);
}

TEST(FrameQueueTest, gives_frames_back_in_order_over_many_rounds) {
  FrameQueue queue(1000, 100);
  std::uint8_t first = 0;
  std::uint8_t next = 0;
  for (int round = 0; round < 200; ++round) {
    while (queue.push(frame(next, next % 100U))) ++next;
    for (int i = 0; i < 3; ++i, ++first) {
      ASSERT_TRUE(is_front(queue, frame(first, first % 100U)));
      queue.pop();
    }
  }
  for (; first != next; ++first, queue.pop()) ASSERT_TRUE(is_front(queue, frame(first, first % 100U)));
  EXPECT_TRUE(queue.empty());
}

TEST(FrameQueueTest, is_bounded_in_bytes) {
  FrameQueue queue(100, 100);
  EXPECT_TRUE(queue.push(frame(1, 42)));
  EXPECT_FALSE(queue.push(frame(2, 43)));
  EXPECT_TRUE(queue.push(frame(3, 42)));
  EXPECT_FALSE(queue.push(frame(4, 0)));
  queue.pop();
  EXPECT_TRUE(queue.push(frame(5, 42)));
}

TEST(FrameQueueTest, is_bounded_in_frames) {
  FrameQueue queue(1000, 2);
  EXPECT_TRUE(queue.push(frame(1, 1)));
  EXPECT_TRUE(queue.push(frame(2, 1)));
  EXPECT_FALSE(queue.push(frame(3, 1)));
  queue.pop();
  EXPECT_TRUE(queue.push(frame(3, 1)));
}

TEST(FrameQueueTest, can_be_cut) {
  FrameQueue queue(1000, 10);
  for (std::uint8_t i = 0; i < 5; ++i) queue.push(frame(i, 20));
  queue.pop();
  queue.cut_to(1);
  EXPECT_TRUE(is_front(queue, frame(1, 20)));
  queue.push(frame(9, 7));
  queue.pop();
  EXPECT_TRUE(is_front(queue, frame(9, 7)));
  queue.cut_to(0);
  EXPECT_TRUE(queue.empty());
  queue.cut_to(1);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace sallyport::tunnel
