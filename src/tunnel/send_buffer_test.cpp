#include "tunnel/send_buffer.hpp"

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;
using proto::Time;

class SendBufferTest : public testing::Test {
 protected:
  // Fills and empties it so often at `rate` bytes a second, until half is left, and gives the last size.
  std::size_t after(int rounds, double rate) {
    for (int i = 0; i < rounds; ++i) {
      const std::size_t held = 2 * size_;
      buffer_.is_full(held, now_);
      now_ += std::chrono::round<proto::Duration>(
          std::chrono::duration<double>(static_cast<double>(size_) / rate));
      size_ = buffer_.has_room(size_, now_).value_or(size_);
    }
    return size_;
  }

  SendBuffer buffer_;
  std::size_t size_ = SendBuffer::initial;
  Time now_{};
};

TEST_F(SendBufferTest, holds_two_milliseconds) {
  // 200 Mbit/s: 25 bytes in a microsecond, 50,000 in two milliseconds, half of which is said.
  EXPECT_NEAR(static_cast<double>(after(20, 25e6)), 25'000, 4'000);
}

TEST_F(SendBufferTest, has_a_floor_and_a_ceiling) {
  EXPECT_EQ(after(20, 1e6), SendBuffer::smallest);
  EXPECT_EQ(after(20, 10e9), SendBuffer::largest);
  EXPECT_EQ(after(20, 1e6), SendBuffer::smallest);
}

TEST_F(SendBufferTest, grows_where_the_socket_stood_empty_before_we_came) {
  after(20, 1e6);
  buffer_.is_full(2 * size_, now_);
  EXPECT_EQ(buffer_.has_room(0, now_ + 50ms), 2 * SendBuffer::smallest);
}

TEST_F(SendBufferTest, room_that_nobody_waited_for_says_nothing) {
  EXPECT_EQ(buffer_.has_room(0, now_ + 1s), std::nullopt);
  buffer_.is_full(2 * size_, now_);
  buffer_.is_full(2 * size_, now_ + 9ms);  // still
  EXPECT_EQ(buffer_.has_room(2 * size_, now_ + 10ms), std::nullopt);
}

}  // namespace
}  // namespace sallyport::tunnel
