#include "proto/segments.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/inner_samples_test.hpp"

namespace sallyport::proto {
namespace {

using test::Sample;

std::vector<Bytes> cut(Bytes packet, const VnetHeader& header) {
  const auto inner = parse_inner_packet(packet);
  if (!inner) return {};
  auto segments = Segments::of(packet, *inner, header);
  std::vector<Bytes> made;
  while (segments && segments->left() > 0) {
    const auto next = segments->next();
    EXPECT_LE(next.size(), segments->largest());
    made.emplace_back(next.begin(), next.end());
  }
  return made;
}

bool refused(const Bytes& packet, const VnetHeader& header) {
  auto copy = packet;
  return !Segments::of(copy, *parse_inner_packet(copy), header);
}

}  // namespace

TEST(Segments, of_a_super_packet_are_what_the_sender_would_have_sent) {
  for (const bool v4 : {true, false}) {
    for (const bool tcp : {true, false}) {
      for (const std::size_t payload : {1U, 999U, 1000U, 1001U, 2500U, 60000U}) {
        SCOPED_TRACE(payload);
        const Sample whole{.v4 = v4, .tcp = tcp, .payload = payload, .tos = 2};
        const auto made = cut(whole.packet(), whole.offload(1000));
        ASSERT_EQ(made.size(), (payload + 999) / 1000);
        auto expected = whole;
        for (std::size_t i = 0; i < made.size(); ++i) {
          const auto size = std::min<std::size_t>(1000, payload - i * 1000);
          if (i == 0) expected.payload = size;
          if (i > 0) expected = expected.following(size);
          ASSERT_EQ(made[i], expected.packet()) << i;
        }
      }
    }
  }
}

TEST(Segments, fin_and_psh_are_the_lasts_cwr_is_the_firsts) {
  constexpr std::uint8_t all = tcp_flags::fin | tcp_flags::psh | tcp_flags::ack | tcp_flags::cwr | 0x40;
  const Sample whole{.payload = 3000, .flags = all};
  auto header = whole.offload(1000);
  header.gso_type |= VnetHeader::has_ecn;
  const auto made = cut(whole.packet(), header);
  ASSERT_EQ(made.size(), 3U);
  const auto flags = [&](std::size_t i) { return made[i][ipv4_header + tcp_flags_at]; };
  EXPECT_EQ(flags(0), tcp_flags::ack | tcp_flags::cwr | 0x40);
  EXPECT_EQ(flags(1), tcp_flags::ack | 0x40);
  EXPECT_EQ(flags(2), tcp_flags::ack | tcp_flags::fin | tcp_flags::psh | 0x40);
  for (const auto& segment : made) EXPECT_TRUE(test::checksums_hold(segment));
}

TEST(Segments, ipv4_options_and_ipv6_extensions_are_in_each) {
  Bytes v4{0x46, 0, 0, 0, 0, 9, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1,
           10,   0, 0, 2, 1, 1, 1,    1, 0,  7,  0, 9, 0,  0, 0, 0};
  v4.resize(v4.size() + 25, 0x33);
  put_u16(v4, 2, v4.size());
  VnetHeader header{.flags = VnetHeader::needs_checksum,
                    .gso_type = VnetHeader::udp,
                    .segment_size = 10,
                    .checksum_start = 24,
                    .checksum_offset = 6};
  auto made = cut(v4, header);
  ASSERT_EQ(made.size(), 3U);
  for (const auto& segment : made) {
    EXPECT_EQ(segment[20], 1);
    EXPECT_TRUE(test::checksums_hold(segment));
  }
  Bytes v6(40, 0);
  v6[0] = 0x60;
  v6[7] = 64;
  const Bytes options{17, 0, 1, 4, 0, 0, 0, 0};
  v6.insert(v6.end(), options.begin(), options.end());
  v6.resize(v6.size() + 8 + 25, 0x44);
  put_u16(v6, 4, v6.size() - 40);
  header.checksum_start = 48;
  made = cut(v6, header);
  ASSERT_EQ(made.size(), 3U);
  for (const auto& segment : made) {
    EXPECT_EQ(segment[40], 17);
    EXPECT_TRUE(test::checksums_hold(segment));
  }
}

TEST(Segments, a_packet_with_an_unfinished_checksum_is_finished) {
  for (const bool v4 : {true, false}) {
    for (const bool tcp : {true, false}) {
      const Sample sample{.v4 = v4, .tcp = tcp, .payload = 101};
      auto packet = sample.packet();
      auto header = sample.offload(0);
      header.gso_type = VnetHeader::none;
      const auto transport = MutableByteView(packet).subspan(sample.network_size());
      put_u16(transport, header.checksum_offset,
              ones_complement_sum(
                  {}, pseudo_header_sum(sample.source(), sample.destination(),
                                        tcp ? ip_protocol::tcp : ip_protocol::udp, transport.size())));
      const auto made = cut(packet, header);
      ASSERT_EQ(made.size(), 1U);
      EXPECT_EQ(made[0], sample.packet());
    }
  }
}

TEST(Segments, a_finished_packet_is_left_alone) {
  auto packet = Sample{}.packet();
  packet[40] ^= 1;  // the checksum is wrong, which is not ours to mend
  EXPECT_EQ(cut(packet, {}), std::vector<Bytes>{packet});
  Bytes no_checksum = Sample{.tcp = false}.packet();
  put_u16(no_checksum, ipv4_header + udp_checksum_at, 0);
  EXPECT_EQ(cut(no_checksum, {}), std::vector<Bytes>{no_checksum});
}

TEST(Segments, a_udp_checksum_of_zero_is_sent_as_ones) {
  for (std::size_t i = 0; i < 65536; ++i) {
    Sample sample{.tcp = false, .payload = 4};
    auto packet = sample.packet();
    put_u16(packet, ipv4_header + udp_header, i);
    const auto made = cut(packet, sample.offload(4));
    ASSERT_EQ(made.size(), 1U);
    ASSERT_NE(u16_at(made[0], ipv4_header + udp_checksum_at), 0);
  }
}

TEST(Segments, those_left_out_are_missing_and_the_others_right) {
  const Sample whole{.payload = 3500};
  auto packet = whole.packet();
  auto segments = *Segments::of(packet, *parse_inner_packet(packet), whole.offload(1000));
  segments.skip();
  auto expected = whole;
  expected.payload = 1000;
  expected = expected.following(1000);
  EXPECT_TRUE(std::ranges::equal(segments.next(), expected.packet()));
  segments.skip();
  expected = expected.following(1000).following(500);
  EXPECT_TRUE(std::ranges::equal(segments.next(), expected.packet()));
  EXPECT_EQ(segments.left(), 0U);
}

TEST(Segments, a_header_that_contradicts_the_packet_is_refused) {
  const Sample sample{.payload = 3000};
  const auto packet = sample.packet();
  const auto with = [&](auto change) {
    auto header = sample.offload(1000);
    change(header);
    return header;
  };
  EXPECT_FALSE(refused(packet, sample.offload(1000)));
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.segment_size = 0; })));
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.flags = 0; })));
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.checksum_start = 24; })));
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.checksum_offset = 6; })));
  for (const int type : {2, 3, 6, 0x7f}) {
    EXPECT_TRUE(
        refused(packet, with([&](auto& header) { header.gso_type = static_cast<std::uint8_t>(type); })));
  }
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.gso_type = VnetHeader::tcp6; })));
  EXPECT_TRUE(refused(packet, with([](auto& header) { header.gso_type = VnetHeader::udp; })));
  for (const int start : {0, 19, 3052, 65535}) {
    EXPECT_TRUE(refused(packet, with([&](auto& header) {
                          header.gso_type = VnetHeader::none;
                          header.checksum_start = static_cast<std::uint16_t>(start);
                        })))
        << start;
  }
  auto fragment = packet;
  fragment[6] = 0x20;
  EXPECT_TRUE(refused(fragment, sample.offload(1000)));
  auto long_header = packet;
  long_header[ipv4_header + tcp_offset_at] = 0x40;
  EXPECT_TRUE(refused(long_header, sample.offload(1000)));
}

}  // namespace sallyport::proto
