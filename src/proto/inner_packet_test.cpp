#include "proto/inner_packet.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/checksum.hpp"

namespace sallyport::proto {

namespace {

const Address v4_source = *Address::parse("10.20.0.5");
const Address v4_target = *Address::parse("192.0.2.9");
const Address v6_source = *Address::parse("fd20::5");
const Address v6_target = *Address::parse("2001:db8::9");

Bytes ipv4(std::uint8_t protocol, ByteView payload, ByteView options = {}, std::uint16_t fragment = 0x4000) {
  const std::size_t header = 20 + options.size();
  Writer out;
  out.u8(static_cast<std::uint8_t>(0x40 | header / 4));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(header + payload.size()));
  out.u16(0x1234);
  out.u16(fragment);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.append(v4_source.bytes());
  out.append(v4_target.bytes());
  out.append(options);
  out.append(payload);
  return out.take();
}

Bytes ipv6(std::uint8_t next_header, ByteView payload) {
  Writer out;
  out.u32(0x60000000);
  out.u16(static_cast<std::uint16_t>(payload.size()));
  out.u8(next_header);
  out.u8(64);
  out.append(v6_source.bytes());
  out.append(v6_target.bytes());
  out.append(payload);
  return out.take();
}

// A TCP header with these options (a multiple of 4) and a right checksum.
Bytes tcp(bool over_v6, std::uint8_t flags, ByteView options, ByteView data = {}) {
  Writer out;
  out.u32(0x1f90d431);
  out.u64(0x0102030405060708);
  out.u8(static_cast<std::uint8_t>((20 + options.size()) / 4 << 4));
  out.u8(flags);
  out.u16(0xffff);
  out.u32(0);
  out.append(options);
  out.append(data);
  Bytes segment = out.take();
  const auto sum = internet_checksum(
      segment, pseudo_header_sum(over_v6 ? v6_source : v4_source, over_v6 ? v6_target : v4_target,
                                 ip_protocol::tcp, segment.size()));
  segment[16] = static_cast<std::uint8_t>(sum >> 8);
  segment[17] = static_cast<std::uint8_t>(sum);
  return segment;
}

bool tcp_checksum_holds(ByteView packet) {
  const auto inner = *parse_inner_packet(packet);
  const auto segment = packet.subspan(inner.header_size, inner.size - inner.header_size);
  return internet_checksum(segment, pseudo_header_sum(inner.source, inner.destination, inner.protocol,
                                                      segment.size())) == 0;
}

const Bytes mss_1460{2, 4, 0x05, 0xb4};
const Bytes mss_1460_at_odd_place{1, 2, 4, 0x05, 0xb4, 1, 1, 1};
const Bytes mss_1460_after_others{4, 2, 1, 3, 3, 7, 2, 4, 0x05, 0xb4, 1, 0};

}  // namespace

TEST(InnerPacket, reads_an_ipv4_packet) {
  auto bytes = ipv4(17, Bytes(8), Bytes{1, 1, 1, 0});
  bytes.push_back(0xee);  // padding
  const auto packet = parse_inner_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->is_v4());
  EXPECT_EQ(packet->source, v4_source);
  EXPECT_EQ(packet->destination, v4_target);
  EXPECT_EQ(packet->header_size, 24U);
  EXPECT_EQ(packet->size, 32U);
  EXPECT_EQ(packet->protocol, 17);
  EXPECT_TRUE(packet->dont_fragment);
  EXPECT_FALSE(packet->more_fragments);
}

TEST(InnerPacket, reads_ipv4_fragments) {
  const auto packet = parse_inner_packet(ipv4(17, Bytes(8), {}, 0x2000 | 185));
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->more_fragments);
  EXPECT_FALSE(packet->dont_fragment);
  EXPECT_EQ(packet->fragment_offset, 1480);
}

TEST(InnerPacket, reads_an_ipv6_packet_through_extension_headers) {
  const Bytes options{6, 0, 1, 4, 0, 0, 0, 0};
  auto payload = options;
  payload.resize(28);
  const auto packet = parse_inner_packet(ipv6(0, payload));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->source, v6_source);
  EXPECT_EQ(packet->destination, v6_target);
  EXPECT_EQ(packet->size, 68U);
  EXPECT_EQ(packet->header_size, 48U);
  EXPECT_EQ(packet->protocol, ip_protocol::tcp);
}

TEST(InnerPacket, reads_an_ipv6_fragment) {
  const Bytes fragment{6, 0, 0x05, 0xa9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  const auto packet = parse_inner_packet(ipv6(44, fragment));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->fragment_offset, 1448);
  EXPECT_TRUE(packet->more_fragments);
}

TEST(InnerPacket, refuses_lengths_that_contradict_the_buffer) {
  EXPECT_FALSE(parse_inner_packet({}));
  EXPECT_FALSE(parse_inner_packet(Bytes(60, 0x55)));
  for (const auto& whole : {ipv4(17, Bytes(8)), ipv6(17, Bytes(8))}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(parse_inner_packet(ByteView(whole).first(size))) << size;
    }
  }
  auto short_header = ipv4(17, Bytes(8));
  short_header[0] = 0x44;
  EXPECT_FALSE(parse_inner_packet(short_header));
  auto total_below_header = ipv4(17, Bytes(8));
  total_below_header[3] = 19;
  EXPECT_FALSE(parse_inner_packet(total_below_header));
}

TEST(InnerPacket, the_checksum_is_that_of_rfc_1071) {
  EXPECT_EQ(internet_checksum(Bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), 0x220d);
  EXPECT_EQ(internet_checksum(Bytes{0x12}), 0xedff);
}

TEST(InnerPacket, lowers_the_mss_of_a_syn_and_keeps_the_checksum_right) {
  for (const auto& options : {mss_1460, mss_1460_at_odd_place, mss_1460_after_others}) {
    const auto place =
        static_cast<std::size_t>(std::ranges::search(options, mss_1460).begin() - options.begin() + 2 + 20);
    auto packet4 = ipv4(6, tcp(false, 0x02, options));
    ASSERT_TRUE(tcp_checksum_holds(packet4));
    EXPECT_TRUE(clamp_mss(packet4, 1400));
    EXPECT_EQ(packet4[20 + place] << 8 | packet4[20 + place + 1], 1360);
    EXPECT_TRUE(tcp_checksum_holds(packet4));

    auto packet6 = ipv6(6, tcp(true, 0x12, options));  // SYN and ACK
    EXPECT_TRUE(clamp_mss(packet6, 1400));
    EXPECT_EQ(packet6[40 + place] << 8 | packet6[40 + place + 1], 1340);
    EXPECT_TRUE(tcp_checksum_holds(packet6));
  }
}

TEST(InnerPacket, the_checksum_stays_right_for_every_mtu) {
  for (std::uint16_t mtu = 576; mtu < 1500; ++mtu) {
    auto packet = ipv4(6, tcp(false, 0x02, mss_1460_at_odd_place, Bytes{1, 2, 3}));
    clamp_mss(packet, mtu);
    ASSERT_TRUE(tcp_checksum_holds(packet)) << mtu;
  }
}

TEST(InnerPacket, leaves_everything_else_alone) {
  struct Case {
    const char* what;
    Bytes packet;
  };
  auto bad_option = tcp(false, 2, mss_1460);
  bad_option[21] = 40;
  auto zero_option = tcp(false, 2, mss_1460);
  zero_option[20] = 9;
  zero_option[21] = 0;
  auto bad_offset = tcp(false, 2, mss_1460);
  bad_offset[12] = 0xf0;
  const std::vector<Case> cases{
      {"an MSS that fits", ipv4(6, tcp(false, 2, Bytes{2, 4, 0x05, 0x50}))},
      {"not a SYN", ipv4(6, tcp(false, 0x10, mss_1460))},
      {"UDP", ipv4(17, tcp(false, 2, mss_1460))},
      {"a later fragment", ipv4(6, tcp(false, 2, mss_1460), {}, 1)},
      {"no MSS", ipv4(6, tcp(false, 2, Bytes{1, 1, 1, 0}))},
      {"an MSS after the end of options", ipv4(6, tcp(false, 2, Bytes{0, 2, 4, 0x05, 0xb4, 0, 0, 0}))},
      {"an option that runs out of the header", ipv4(6, bad_option)},
      {"an option without a size", ipv4(6, zero_option)},
      {"a header longer than the segment", ipv4(6, bad_offset)},
      {"a cut header", ipv4(6, Bytes(19, 2))},
  };
  for (const auto& [what, packet] : cases) {
    auto touched = packet;
    EXPECT_FALSE(clamp_mss(touched, 1400)) << what;
    EXPECT_EQ(touched, packet) << what;
  }
}

}  // namespace sallyport::proto
