#include "proto/coalescer.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "proto/inner_samples_test.hpp"
#include "proto/segments.hpp"

namespace sallyport::proto {
namespace {

using test::Sample;

bool add(Coalescer& to, Bytes& packet) {
  return to.add(packet, *parse_inner_packet(packet));
}

// What a write of it would give the kernel.
Bytes joined(const Coalescer::Taken& taken) {
  Bytes whole;
  for (const auto& part : taken.parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

std::vector<Bytes> cut_again(const Coalescer::Taken& taken) {
  auto whole = joined(taken);
  auto segments = Segments::of(whole, *parse_inner_packet(whole), taken.header);
  std::vector<Bytes> made;
  while (segments && segments->left() > 0) {
    const auto next = segments->next();
    made.emplace_back(next.begin(), next.end());
  }
  return made;
}

// Whether the second fits behind the first.
bool merge(Bytes first, Bytes second) {
  Coalescer coalescer;
  EXPECT_TRUE(add(coalescer, first));
  return add(coalescer, second);
}

bool merge(const Sample& first, const std::function<void(Sample&)>& change) {
  auto second = first.following(first.payload);
  change(second);
  return merge(first.packet(), second.packet());
}

std::vector<Sample> kinds() {
  std::vector<Sample> all;
  for (const bool v4 : {true, false}) {
    for (const bool tcp : {true, false}) all.push_back({.v4 = v4, .tcp = tcp});
  }
  return all;
}

}  // namespace

TEST(Coalescer, what_it_merges_is_cut_into_the_same_packets) {
  for (const auto& kind : kinds()) {
    for (const bool dont_fragment : {true, false}) {
      std::vector<Bytes> packets;
      auto sample = kind;
      sample.dont_fragment = dont_fragment;
      for (int i = 0; i < 5; ++i) {
        packets.push_back(sample.packet());
        sample = sample.following(i == 3 ? 10 : 1000);
      }
      auto copies = packets;
      Coalescer coalescer;
      for (auto& copy : copies) EXPECT_TRUE(add(coalescer, copy));
      const auto taken = coalescer.take();
      EXPECT_EQ(taken.packets, 5U);
      EXPECT_EQ(cut_again(taken), packets);
      EXPECT_TRUE(coalescer.empty());
    }
  }
}

TEST(Coalescer, a_single_packet_stays_as_it_is) {
  for (const auto& kind : kinds()) {
    auto packet = kind.packet();
    const auto before = packet;
    Coalescer coalescer;
    EXPECT_TRUE(add(coalescer, packet));
    const auto taken = coalescer.take();
    EXPECT_EQ(taken.header.flags, 0);
    EXPECT_EQ(taken.header.gso_type, VnetHeader::none);
    EXPECT_EQ(joined(taken), before);
  }
}

TEST(Coalescer, a_flow_that_goes_on_merges) {
  for (const auto& kind : kinds()) EXPECT_TRUE(merge(kind, [](Sample&) {}));
}

TEST(Coalescer, whatever_differs_must_not_merge) {
  for (const auto& kind : kinds()) {
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.port = 99; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.tos = 1; }));  // ECN
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.tos = 0x20; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.ttl = 63; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.payload = 1001; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.payload = 0; }));
    EXPECT_FALSE(merge(kind, [&](Sample& other) { other.tcp = !kind.tcp; }));
    EXPECT_FALSE(merge(kind, [&](Sample& other) { other.v4 = !kind.v4; }));
    if (kind.v4) EXPECT_FALSE(merge(kind, [](Sample& other) { other.dont_fragment = false; }));
  }
}

TEST(Coalescer, addresses_must_be_the_same_to_the_last_bit) {
  for (const auto& kind : kinds()) {
    const auto first = kind.packet();
    const auto second = kind.following(kind.payload).packet();
    const std::size_t from = kind.v4 ? 12 : 8;
    for (std::size_t i = from; i < kind.network_size(); ++i) {
      auto other = second;
      other[i] ^= 1;
      test::mend(other);
      EXPECT_FALSE(merge(first, other)) << i;
    }
  }
}

TEST(Coalescer, tcp_segments_differ_in_nothing_but_their_place) {
  for (const bool v4 : {true, false}) {
    const Sample kind{.v4 = v4};
    EXPECT_FALSE(merge(kind, [](Sample& other) { ++other.sequence; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { --other.sequence; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { ++other.acknowledged; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { ++other.window; }));
    EXPECT_FALSE(merge(kind, [](Sample& other) { ++other.tcp_options[7]; }));  // timestamp
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.tcp_options.clear(); }));
    for (int bit = 0; bit < 8; ++bit) {
      const auto flag = static_cast<std::uint8_t>(1U << bit);
      EXPECT_EQ(merge(kind, [&](Sample& other) { other.flags = flag | tcp_flags::ack; }),
                flag == tcp_flags::psh || flag == tcp_flags::ack)
          << bit;
      auto first = kind;
      first.flags = flag | tcp_flags::ack;
      EXPECT_EQ(merge(first, [](Sample& other) { other.flags = tcp_flags::ack; }), flag == tcp_flags::ack)
          << bit;
    }
    EXPECT_FALSE(merge(kind, [](Sample& other) { other.flags = 0; }));
  }
}

TEST(Coalescer, ids_count_on_where_they_mean_something) {
  for (const bool tcp : {true, false}) {
    const Sample kind{.tcp = tcp};
    EXPECT_TRUE(merge(kind, [](Sample& other) { other.id = 7; }));
    auto may_be_cut = kind;
    may_be_cut.dont_fragment = false;
    EXPECT_TRUE(merge(may_be_cut, [](Sample&) {}));
    EXPECT_FALSE(merge(may_be_cut, [](Sample& other) { ++other.id; }));
    EXPECT_FALSE(merge(may_be_cut, [](Sample& other) { --other.id; }));
  }
}

TEST(Coalescer, a_wrong_checksum_is_never_made_right) {
  for (const auto& kind : kinds()) {
    const auto first = kind.packet();
    const auto second = kind.following(kind.payload).packet();
    for (std::size_t i = kind.v4 ? 1 : 6; i < first.size(); i += i < 60 ? 1 : 97) {
      const bool of_network = i < kind.network_size();
      if (!kind.v4 && of_network) continue;
      auto wrong = second;
      wrong[i] ^= 0x10;
      if (parse_inner_packet(wrong)) EXPECT_FALSE(merge(first, wrong)) << i;
      wrong = first;
      wrong[i] ^= 0x10;
      if (parse_inner_packet(wrong)) EXPECT_FALSE(merge(wrong, second)) << i;
    }
  }
}

TEST(Coalescer, udp_without_a_checksum_stays_without) {
  const Sample kind{.tcp = false};
  auto first = kind.packet();
  auto second = kind.following(kind.payload).packet();
  put_u16(first, ipv4_header + udp_checksum_at, 0);
  EXPECT_FALSE(merge(first, second));
  first = kind.packet();
  put_u16(second, ipv4_header + udp_checksum_at, 0);
  EXPECT_FALSE(merge(first, second));
}

TEST(Coalescer, fragments_options_and_extensions_are_left_alone) {
  for (const bool tcp : {true, false}) {
    const Sample kind{.tcp = tcp, .dont_fragment = false};
    for (const int bits : {0x2000, 0x0001, 0x2001, 0x8000}) {
      auto first = kind.packet();
      auto second = kind.following(kind.payload).packet();
      for (auto* packet : {&first, &second}) {
        put_u16(*packet, 6, static_cast<std::size_t>(bits));
        test::mend(*packet);
      }
      EXPECT_EQ(merge(first, second), bits == 0x8000) << bits;
    }
    auto with_options = kind.packet();
    with_options[0] = 0x46;
    with_options.insert(with_options.begin() + 20, 4, 1);
    put_u16(with_options, 2, with_options.size());
    EXPECT_FALSE(merge(with_options, with_options));
    auto extended = Sample{.v4 = false, .tcp = tcp}.packet();
    const Bytes options{extended[6], 0, 1, 4, 0, 0, 0, 0};
    extended.insert(extended.begin() + 40, options.begin(), options.end());
    extended[6] = 0;
    put_u16(extended, 4, extended.size() - 40);
    EXPECT_FALSE(merge(extended, extended));
  }
}

TEST(Coalescer, a_shorter_one_or_psh_is_the_last) {
  for (const auto& kind : kinds()) {
    Coalescer coalescer;
    auto first = kind.packet();
    const auto shorter = kind.following(500);
    auto second = shorter.packet();
    auto third = shorter.following(500).packet();
    EXPECT_TRUE(add(coalescer, first));
    EXPECT_TRUE(add(coalescer, second));
    EXPECT_FALSE(add(coalescer, third));
    EXPECT_EQ(coalescer.take().packets, 2U);
    EXPECT_TRUE(add(coalescer, third));
  }
  Sample first;
  auto pushed = first.following(first.payload);
  pushed.flags |= tcp_flags::psh;
  Coalescer coalescer;
  std::vector<Bytes> packets{first.packet(), pushed.packet(), pushed.following(1000).packet()};
  EXPECT_TRUE(add(coalescer, packets[0]));
  EXPECT_TRUE(add(coalescer, packets[1]));
  EXPECT_FALSE(add(coalescer, packets[2]));
  const auto taken = coalescer.take();
  EXPECT_EQ(taken.parts[0][ipv4_header + tcp_flags_at], tcp_flags::ack | tcp_flags::psh);
}

TEST(Coalescer, a_super_packet_has_at_most_63_packets_and_65535_bytes) {
  for (const auto& kind : kinds()) {
    for (const std::size_t payload : {100U, 1400U, 8900U}) {
      auto sample = kind;
      sample.payload = payload;
      std::vector<Bytes> packets;
      for (int i = 0; i < 70; ++i, sample = sample.following(payload)) packets.push_back(sample.packet());
      Coalescer coalescer;
      std::size_t count = 0;
      while (add(coalescer, packets[count])) ++count;
      EXPECT_LE(count, 63U);
      const auto whole = joined(coalescer.take());
      EXPECT_LE(whole.size(), 65535U);
      EXPECT_TRUE(count == 63 || whole.size() + payload > 65535);
    }
  }
}

TEST(Coalescer, merges_only_what_the_kernel_takes_merged) {
  for (const auto& kind : kinds()) {
    for (const bool tcp : {true, false}) {
      for (const bool udp : {true, false}) {
        Coalescer coalescer;
        coalescer.merge(tcp, udp);
        auto first = kind.packet();
        auto second = kind.following(kind.payload).packet();
        EXPECT_TRUE(add(coalescer, first));
        EXPECT_EQ(add(coalescer, second), kind.tcp ? tcp : udp);
      }
    }
  }
}

TEST(Coalescer, other_protocols_pass_one_by_one) {
  auto packet = Sample{}.packet();
  packet[9] = ip_protocol::icmp;
  EXPECT_FALSE(merge(packet, packet));
}

}  // namespace sallyport::proto
