#include "proto/too_big.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/checksum.hpp"
#include "proto/inner_packet.hpp"

namespace sallyport::proto {

namespace {

const Address gateway4 = *Address::parse("10.20.0.1");
const Address gateway6 = *Address::parse("fd20::1");

Bytes ipv4(std::size_t payload, std::uint16_t fragment, std::string_view source = "192.0.2.9",
           std::string_view target = "10.20.0.5", std::uint8_t protocol = 17, std::uint8_t fill = 0,
           ByteView options = {}) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(0x45 + options.size() / 4));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(20 + options.size() + payload));
  out.u16(0x1234);
  out.u16(fragment);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.append(Address::parse(source)->bytes());
  out.append(Address::parse(target)->bytes());
  out.append(options);
  for (std::size_t i = 0; i < payload; ++i) out.u8(static_cast<std::uint8_t>(fill + i));
  return out.take();
}

Bytes ipv6(std::size_t payload, std::uint8_t protocol = 17, std::uint8_t fill = 0,
           std::string_view source = "2001:db8::9", std::string_view target = "fd20::5") {
  Writer out;
  out.u32(0x60000000);
  out.u16(static_cast<std::uint16_t>(payload));
  out.u8(protocol);
  out.u8(64);
  out.append(Address::parse(source)->bytes());
  out.append(Address::parse(target)->bytes());
  out.append(Bytes(payload, fill));
  return out.take();
}

constexpr std::uint16_t dont_fragment = 0x4000;

}  // namespace

TEST(TooBig, tells_an_ipv4_sender_the_size_that_fits) {
  const auto packet = ipv4(1480, dont_fragment);
  const auto reply = too_big_reply(packet, gateway4, 1406);
  ASSERT_TRUE(reply);
  const auto inner = parse_inner_packet(*reply);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->source, gateway4);
  EXPECT_EQ(inner->destination, *Address::parse("192.0.2.9"));
  EXPECT_EQ(inner->protocol, ip_protocol::icmp);
  EXPECT_EQ(inner->size, reply->size());
  EXPECT_EQ(reply->size(), 576U);
  EXPECT_EQ(internet_checksum(ByteView(*reply).first(20)), 0);
  EXPECT_EQ(internet_checksum(ByteView(*reply).subspan(20)), 0);
  EXPECT_EQ((*reply)[20], 3);
  EXPECT_EQ((*reply)[21], 4);
  EXPECT_EQ((*reply)[26] << 8 | (*reply)[27], 1406);
  EXPECT_TRUE(std::equal(reply->begin() + 28, reply->end(), packet.begin()));
}

TEST(TooBig, tells_an_ipv6_sender_the_size_that_fits) {
  const auto packet = ipv6(1460);
  const auto reply = too_big_reply(packet, gateway6, 1406);
  ASSERT_TRUE(reply);
  const auto inner = parse_inner_packet(*reply);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->source, gateway6);
  EXPECT_EQ(inner->destination, *Address::parse("2001:db8::9"));
  EXPECT_EQ(inner->protocol, ip_protocol::icmpv6);
  EXPECT_EQ(reply->size(), 1280U);
  const auto message = ByteView(*reply).subspan(40);
  EXPECT_EQ(internet_checksum(message, pseudo_header_sum(inner->source, inner->destination,
                                                         ip_protocol::icmpv6, message.size())),
            0);
  EXPECT_EQ(message[0], 2);
  EXPECT_EQ(message[6] << 8 | message[7], 1406);
  EXPECT_TRUE(std::equal(message.begin() + 8, message.end(), packet.begin()));
}

TEST(TooBig, says_nothing_where_none_may_be_sent) {
  struct Case {
    const char* what;
    Bytes packet;
    Address from;
  };
  const std::vector<Case> cases{
      {"IPv4 that may be fragmented", ipv4(1480, 0), gateway4},
      {"a later fragment", ipv4(1480, dont_fragment | 10), gateway4},
      {"an ICMP error", ipv4(1480, dont_fragment, "192.0.2.9", "10.20.0.5", 1, 3), gateway4},
      {"an ICMPv6 error", ipv6(1460, 58, 1), gateway6},
      {"to multicast", ipv4(1480, dont_fragment, "192.0.2.9", "224.0.0.5"), gateway4},
      {"from nobody", ipv4(1480, dont_fragment, "0.0.0.0"), gateway4},
      {"from broadcast", ipv4(1480, dont_fragment, "255.255.255.255"), gateway4},
      {"from an IPv6 group", ipv6(1460, 17, 0, "ff02::1"), gateway6},
      {"from the unspecified IPv6 address", ipv6(1460, 17, 0, "::"), gateway6},
      {"the other family", ipv6(1460), gateway4},
      {"no packet", Bytes(100), gateway4},
  };
  for (const auto& [what, packet, from] : cases) EXPECT_FALSE(too_big_reply(packet, from, 1406)) << what;
}

TEST(TooBig, an_echo_request_is_no_error) {
  EXPECT_TRUE(too_big_reply(ipv4(1480, dont_fragment, "192.0.2.9", "10.20.0.5", 1, 8), gateway4, 1406));
  EXPECT_TRUE(too_big_reply(ipv6(1460, 58, 128), gateway6, 1406));
  EXPECT_TRUE(too_big_reply(ipv6(1460, 17, 0, "2001:db8::9", "ff0e::1"), gateway6, 1406));
}

TEST(TooBig, fragments_hold_the_whole_packet_in_order) {
  const Bytes options{0x94, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0};  // router alert is copied, record route is not
  const auto packet = ipv4(3001, 0, "192.0.2.9", "10.20.0.5", 17, 0, options);
  const auto fragments = fragment_ipv4(packet, 1406);
  ASSERT_EQ(fragments.size(), 3U);
  Bytes joined;
  for (const auto& fragment : fragments) {
    const bool first = &fragment == &fragments.front();
    const bool last = &fragment == &fragments.back();
    EXPECT_LE(fragment.size(), 1406U);
    const auto inner = parse_inner_packet(fragment);
    ASSERT_TRUE(inner);
    EXPECT_EQ(inner->size, fragment.size());
    EXPECT_EQ(inner->header_size, first ? 32U : 24U);
    EXPECT_EQ(inner->fragment_offset, joined.size());
    EXPECT_EQ(inner->more_fragments, !last);
    EXPECT_EQ(internet_checksum(ByteView(fragment).first(inner->header_size)), 0);
    EXPECT_TRUE(std::equal(fragment.begin() + 4, fragment.begin() + 6, packet.begin() + 4));
    joined.insert(joined.end(), fragment.begin() + static_cast<std::ptrdiff_t>(inner->header_size),
                  fragment.end());
  }
  EXPECT_EQ(joined, Bytes(packet.begin() + 32, packet.end()));
}

TEST(TooBig, a_fragment_is_cut_further_and_stays_in_its_place) {
  const auto fragments = fragment_ipv4(ipv4(1480, 0x2000 | 100), 1000);
  ASSERT_EQ(fragments.size(), 2U);
  EXPECT_EQ(parse_inner_packet(fragments[0])->fragment_offset, 800);
  EXPECT_EQ(parse_inner_packet(fragments[1])->fragment_offset, 800 + 976);
  EXPECT_TRUE(parse_inner_packet(fragments[1])->more_fragments);
}

TEST(TooBig, does_not_cut_what_must_stay_whole) {
  EXPECT_TRUE(fragment_ipv4(ipv4(1480, dont_fragment), 1400).empty());
  EXPECT_TRUE(fragment_ipv4(ipv6(1480), 1400).empty());
  EXPECT_TRUE(fragment_ipv4(ipv4(1480, 0), 27).empty());
  EXPECT_TRUE(fragment_ipv4(ipv4(1480, 0x1fff), 1400).empty());
  EXPECT_EQ(fragment_ipv4(ipv4(1480, 0), 1500).size(), 1U);
}

}  // namespace sallyport::proto
