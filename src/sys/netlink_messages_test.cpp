#include "sys/netlink_messages.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "base/text.hpp"

// The dumps are of Linux 6.18 on a little-endian machine.
namespace sallyport::sys {

namespace {

constexpr std::uint32_t sequence = 7;

Bytes dump(std::string_view hex) {
  return from_hex(hex).value();
}

Address address(std::string_view text) {
  return Address::parse(text).value();
}

Prefix prefix(std::string_view text) {
  return Prefix::parse(text).value();
}

constexpr std::string_view route_by_gateway =
    "700000001800000007000000552d000002200000fe0000010002000008000f00fe00000008000100080808080800040002000000"
    "08000700c000020208000500c0000201080019000000000024000c00020000000000000000000000000000000000000000000000"
    "0000000000000000";
constexpr std::string_view route_with_metric =
    "bc0000001800000007000000552d00000a808000fe0300010000000008000f00fe0000001400010020010db80007000000000000"
    "0000000114000200000000000000000000000000000000001400070020010db80000000000000000000000020c00080008000200"
    "78050000080006004d0000001400050020010db8000000000000000000000001080004000200000024000c000200000000000000"
    "0000000000000000000000000000000000000000000000000500140000000000";
// A default route, the route of the cable, one with two next hops, an unreachable one.
constexpr std::string_view route_table =
    "340000001800020007000000552d000002000000fe0300010000000008000f00fe00000008000500c00002010800040002000000"
    "3c0000001800020007000000552d000002180000fe02fd010000000008000f00fe00000008000100c000020008000700c0000202"
    "0800040002000000"
    "580000001800020007000000552d000002180000fe0400010000000008000f00fe00000008000100c63364000800060032000000"
    "24000900100000000200000008000500c0000201100000000200000008000500c0000209"
    "2c0000001800020007000000552d000002190000fe0300070000000008000f00fe00000008000100cb007100";
constexpr std::string_view address_table =
    "4c0000001400020007000000552d0000020880fe01000000080001007f000001080002007f000001070003006c6f000008000800"
    "8000000014000600ffffffffffffffff7040060070400600"
    "480000001400020007000000552d00000a408200020000001400010020010db800000000000000000000000214000600ffffffff"
    "ffffffff73400600734006000800080082000000"
    "140000000300020007000000552d000000000000";
constexpr std::string_view refusal =
    "440000000200000307000000552d00009bffffff2c000000180005040700000000000000200001004e657874686f702068617320"
    "696e76616c6964206761746577617900";

}  // namespace

TEST(NetlinkMessages, reads_the_route_to_an_address) {
  const auto answer = parse_answer(dump(route_by_gateway), sequence).value();
  ASSERT_EQ(answer.routes.size(), 1U);
  const Route expected{.prefix = prefix("8.8.8.8/32"),
                       .gateway = address("192.0.2.1"),
                       .interface = 2,
                       .table = 254,
                       .source = address("192.0.2.2")};
  EXPECT_EQ(answer.routes.front(), expected);
  EXPECT_FALSE(answer.error);
}

TEST(NetlinkMessages, reads_a_route_with_a_metric) {
  const auto answer = parse_answer(dump(route_with_metric), sequence).value();
  ASSERT_EQ(answer.routes.size(), 1U);
  EXPECT_EQ(answer.routes.front().metric, 77U);
  EXPECT_EQ(answer.routes.front().gateway, address("2001:db8::1"));
}

TEST(NetlinkMessages, of_several_next_hops_the_first_is_taken_and_the_unreachable_has_none) {
  const auto routes = parse_answer(dump(route_table), sequence).value().routes;
  ASSERT_EQ(routes.size(), 4U);
  EXPECT_EQ(routes[0].prefix, prefix("0.0.0.0/0"));
  EXPECT_EQ(routes[1].gateway, std::nullopt);
  EXPECT_EQ(routes[2].gateway, address("192.0.2.1"));
  EXPECT_EQ(routes[2].interface, 2U);
  EXPECT_EQ(routes[3].interface, 0U);
}

TEST(NetlinkMessages, reads_addresses_up_to_the_end_of_the_dump) {
  const auto answer = parse_answer(dump(address_table), sequence).value();
  ASSERT_EQ(answer.addresses.size(), 2U);
  EXPECT_EQ(answer.addresses[0], (InterfaceAddress{1, prefix("127.0.0.1/8")}));
  EXPECT_EQ(answer.addresses[1], (InterfaceAddress{2, prefix("2001:db8::2/64")}));
  EXPECT_EQ(answer.error, 0);
}

TEST(NetlinkMessages, reads_the_kernels_words) {
  const auto answer = parse_answer(dump(refusal), sequence).value();
  EXPECT_EQ(answer.error, ENETUNREACH);
  EXPECT_EQ(answer.words, "Nexthop has invalid gateway");
}

TEST(NetlinkMessages, passes_answers_to_others_over) {
  EXPECT_EQ(parse_answer(dump(refusal), sequence + 1).value(), NetlinkAnswer{});
}

TEST(NetlinkMessages, refuses_every_cut_and_wrong_sizes) {
  const auto whole = dump(route_by_gateway);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_answer(ByteView(whole).first(size), sequence)) << size;
  }
  auto short_gateway = whole;
  short_gateway[60] = 7;  // the length of RTA_GATEWAY
  EXPECT_FALSE(parse_answer(short_gateway, sequence));
}

TEST(NetlinkMessages, the_longest_route_is_the_best_then_the_one_with_the_least_metric) {
  const std::vector<Route> routes{
      {.prefix = prefix("0.0.0.0/0"), .interface = 1, .metric = 100, .table = 254},
      {.prefix = prefix("0.0.0.0/0"), .interface = 2, .metric = 50, .table = 254},
      {.prefix = prefix("10.0.0.0/8"), .interface = 3, .table = 254},
      {.prefix = prefix("10.1.0.0/16"), .interface = 4, .table = 255},
      {.prefix = prefix("10.2.0.0/16"), .interface = 0, .table = 254},
  };
  EXPECT_EQ(best_route(routes, address("192.0.2.1"))->interface, 2U);
  EXPECT_EQ(best_route(routes, address("10.1.0.1"))->interface, 3U);
  EXPECT_EQ(best_route(routes, address("10.2.0.1")), std::nullopt);
  EXPECT_EQ(best_route(routes, address("2001:db8::1")), std::nullopt);
}

}  // namespace sallyport::sys
