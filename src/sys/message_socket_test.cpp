#include "sys/message_socket.hpp"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/memory_file.hpp"

namespace sallyport::sys {

TEST(MessageSocket, carries_bytes_and_descriptors_together) {
  auto pair = message_pair();
  ASSERT_TRUE(pair);
  const Bytes content{1, 2, 3};
  auto file = make_memory_file(content);
  ASSERT_TRUE(file);
  const std::array<int, 1> descriptors{file->number()};
  ASSERT_TRUE(send_message(pair->first.number(), as_bytes("hello"), descriptors));

  auto message = receive_message(pair->second.number());
  ASSERT_TRUE(message);
  EXPECT_EQ(as_text(message->bytes), "hello");
  ASSERT_EQ(message->descriptors.size(), 1U);
  EXPECT_EQ(read_whole(message->descriptors[0].number(), 100), content);
}

TEST(MessageSocket, keeps_messages_apart) {
  auto pair = message_pair();
  ASSERT_TRUE(send_message(pair->first.number(), as_bytes("one")));
  ASSERT_TRUE(send_message(pair->first.number(), as_bytes("two")));
  EXPECT_EQ(as_text(receive_message(pair->second.number())->bytes), "one");
  EXPECT_EQ(as_text(receive_message(pair->second.number())->bytes), "two");
}

TEST(MessageSocket, says_closed_when_the_other_end_is_gone) {
  auto pair = message_pair();
  pair->second.close();
  EXPECT_EQ(send_message(pair->first.number(), as_bytes("x")).error().kind, ErrorKind::closed);
  EXPECT_EQ(receive_message(pair->first.number()).error().kind, ErrorKind::closed);
}

TEST(MessageSocket, says_unavailable_when_full_or_empty) {
  auto pair = message_pair();
  ASSERT_TRUE(set_non_blocking(pair->first.number()));
  EXPECT_EQ(receive_message(pair->first.number()).error().kind, ErrorKind::unavailable);
  const Bytes large(max_message_size);
  Result<void> sent;
  for (int i = 0; i < 1000 && sent; ++i) sent = send_message(pair->first.number(), large);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::unavailable);
}

TEST(MessageSocket, refuses_a_message_over_the_limit) {
  auto pair = message_pair();
  const Bytes large(max_message_size + 1);
  EXPECT_FALSE(send_message(pair->first.number(), large));
  ASSERT_EQ(write(pair->first.number(), large.data(), large.size()), static_cast<ssize_t>(large.size()));
  EXPECT_EQ(receive_message(pair->second.number()).error().kind, ErrorKind::malformed);
}

TEST(MemoryFile, refuses_more_than_the_limit) {
  auto file = make_memory_file(Bytes(1000));
  EXPECT_TRUE(read_whole(file->number(), 1000));
  EXPECT_EQ(read_whole(file->number(), 999).error().kind, ErrorKind::malformed);
}

}  // namespace sallyport::sys
