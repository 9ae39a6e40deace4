#include "tunnel/flow_queue.hpp"

#include <map>

#include <gtest/gtest.h>

#include "proto/checksum.hpp"
#include "proto/transport_fields.hpp"

namespace sallyport::tunnel {
namespace {

using namespace std::chrono_literals;
using proto::Time;

constexpr Time start{1h};

// A UDP packet of this flow whose payload is `size` bytes; its first byte is the flow's number.
Bytes packet_of(std::uint8_t flow, std::size_t size) {
  Writer out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(28 + size));
  out.u32(0x4000);
  out.u16(0x4011);
  out.u16(0);
  out.append(Address::v4(0x0a140005).bytes());
  out.append(Address::v4(0xc0000209).bytes());
  out.u16(static_cast<std::uint16_t>(1000 + flow));
  out.u16(80);
  out.u16(static_cast<std::uint16_t>(8 + size));
  out.u16(0);
  for (std::size_t i = 0; i < size; ++i) out.u8(flow);
  return out.take();
}

struct Queue {
  FlowQueue queue{1 << 20};

  void push(std::uint8_t flow, std::size_t size, Time now = start, std::size_t segment = 0,
            TunnelId id = {1, 1}) {
    auto packet = packet_of(flow, size);
    proto::VnetHeader header;
    if (segment != 0) {
      header = {.flags = proto::VnetHeader::needs_checksum,
                .gso_type = proto::VnetHeader::udp,
                .segment_size = static_cast<std::uint16_t>(segment),
                .checksum_start = 20,
                .checksum_offset = 6};
    }
    EXPECT_TRUE(queue.push(id, packet, *proto::parse_inner_packet(packet), header, now));
  }
  // The flow of the next segment; -1: a drop; -2: none is left.
  int next(Time now = start) {
    const auto next = queue.next(now);
    if (!next) return -2;
    return next->dropped ? -1 : next->segment[28];
  }
};

}  // namespace

TEST(FlowQueue, gives_what_it_took_in_order) {
  Queue queue;
  EXPECT_TRUE(queue.queue.empty());
  for (std::uint8_t i = 0; i < 5; ++i) queue.push(7, 10U + i);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto next = queue.queue.next(start);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->segment.size(), 38 + i);
    EXPECT_TRUE(std::ranges::equal(next->segment, packet_of(7, 10 + i)));
    next->segment.data()[-static_cast<std::ptrdiff_t>(FlowQueue::headroom)] = 1;  // ours
  }
  EXPECT_FALSE(queue.queue.next(start));
  EXPECT_TRUE(queue.queue.empty());
  EXPECT_EQ(queue.queue.bytes(), 0U);
}

TEST(FlowQueue, a_super_packet_comes_segment_by_segment) {
  Queue queue;
  queue.push(7, 4500, start, 1000);
  for (const std::size_t size : {1028U, 1028U, 1028U, 1028U, 528U}) {
    const auto next = queue.queue.next(start);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->segment.size(), size);
  }
  EXPECT_FALSE(queue.queue.next(start));
  EXPECT_EQ(queue.queue.bytes(), 0U);
}

TEST(FlowQueue, each_flow_has_the_same_share_of_bytes) {
  Queue queue;
  for (int i = 0; i < 300; ++i) queue.push(1, 1400);
  for (int i = 0; i < 600; ++i) queue.push(2, 100);
  std::map<int, std::size_t> bytes;
  for (int i = 0; i < 400; ++i) {
    const auto next = queue.queue.next(start);
    ASSERT_TRUE(next);
    bytes[next->segment[28]] += next->segment.size();
  }
  EXPECT_NEAR(static_cast<double>(bytes[1]), static_cast<double>(bytes[2]), 2.0 * FlowQueue::quantum);
}

TEST(FlowQueue, a_new_flow_does_not_wait_behind_a_fat_one) {
  Queue queue;
  for (int i = 0; i < 300; ++i) queue.push(1, 1400);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(queue.next(), 1);
  queue.push(2, 50);
  int before = 0;
  while (queue.next() != 2) ++before;
  EXPECT_LE(before, FlowQueue::quantum / 1428 + 1);
}

TEST(FlowQueue, what_has_waited_too_long_is_dropped_in_single_segments) {
  Queue queue;
  for (int i = 0; i < 16; ++i) queue.push(1, 60000, start, 1000);
  int sent = 0;
  int dropped = 0;
  for (Time now = start + 50ms;; now += 1ms) {
    const auto next = queue.next(now);
    if (next == -2) break;
    (next == -1 ? dropped : sent) += 1;
  }
  EXPECT_EQ(sent + dropped, 16 * 60);
  EXPECT_GT(dropped, 3);
  EXPECT_LT(dropped, 300);
  EXPECT_EQ(queue.queue.bytes(), 0U);
}

TEST(FlowQueue, too_much_is_taken_from_the_fattest_flow) {
  Queue queue;
  for (int i = 0; i < 10; ++i) queue.push(2, 1000);
  for (int i = 0; i < 40; ++i) queue.push(1, 60000, start, 1000, {5, 1});
  EXPECT_LE(queue.queue.bytes(), std::size_t{1} << 20);
  std::size_t lost = 0;
  for (const auto& one : queue.queue.take_overflow()) {
    EXPECT_EQ(one.tunnel.session, 5U);
    lost += one.packets;
  }
  EXPECT_TRUE(queue.queue.take_overflow().empty());
  std::map<int, std::size_t> given;
  for (int next = queue.next(); next != -2; next = queue.next()) ++given[next];
  EXPECT_EQ(given[2], 10U);
  EXPECT_EQ(given[1] + lost, 40U * 60);
}

TEST(FlowQueue, sessions_with_the_same_flow_do_not_share) {
  Queue queue;
  for (int i = 0; i < 100; ++i) queue.push(1, 1400, start, 0, {1, 1});
  queue.push(1, 1400, start, 0, {2, 1});
  int before = 0;
  for (auto next = queue.queue.next(start); next && next->tunnel.session != 2; next = queue.queue.next(start))
    ++before;
  EXPECT_LE(before, FlowQueue::quantum / 1428 + 1);
}

}  // namespace sallyport::tunnel
