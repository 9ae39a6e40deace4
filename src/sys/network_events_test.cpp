#include "sys/network_events.hpp"

#include <cstdio>

#include <poll.h>

#include "sys/netlink.hpp"
#include "sys/own_network_test.hpp"
#include "sys/tun.hpp"

namespace sallyport::sys {

namespace {

Address address(std::string_view text) {
  return Address::parse(text).value();
}

bool is_readable(const Descriptor& descriptor) {
  pollfd entry{descriptor.number(), POLLIN, 0};
  return poll(&entry, 1, 1000) == 1;
}

bool is_silent(const Descriptor& descriptor) {
  pollfd entry{descriptor.number(), POLLIN, 0};
  return poll(&entry, 1, 0) == 0;
}

}  // namespace

TEST(NetworkEvents, tell_of_each_change_until_it_is_forgotten) {
  in_own_network([] {
    const auto events = open_network_events().value();
    EXPECT_TRUE(is_silent(events));
    const auto tun = open_tun({.name = "probe"}).value();
    EXPECT_TRUE(is_readable(events));
    forget_network_events(events.number());
    EXPECT_TRUE(is_silent(events));
    auto netlink = Netlink::open().value();
    const auto index = netlink.link("probe")->index;
    ASSERT_TRUE(netlink.add(InterfaceAddress{index, Prefix::parse("192.0.2.2/24").value()}));
    EXPECT_TRUE(is_readable(events));
  });
}

TEST(NetworkEvents, the_address_towards_a_peer_is_the_kernels_choice_of_now) {
  in_own_network([] {
    const Endpoint peer{address("192.0.2.9"), 443};
    EXPECT_EQ(address_towards(peer).error().kind, ErrorKind::unavailable);
    const auto tun = open_tun({.name = "probe"}).value();
    auto netlink = Netlink::open().value();
    const auto index = netlink.link("probe")->index;
    const InterfaceAddress first{index, Prefix::parse("192.0.2.2/24").value()};
    ASSERT_TRUE(netlink.add(first));
    ASSERT_TRUE(netlink.set_up(index, true));
    EXPECT_EQ(address_towards(peer).value(), address("192.0.2.2"));
    ASSERT_TRUE(netlink.remove(first));
    ASSERT_TRUE(netlink.add(InterfaceAddress{index, Prefix::parse("192.0.2.3/24").value()}));
    EXPECT_EQ(address_towards(peer).value(), address("192.0.2.3"));
  });
}

}  // namespace sallyport::sys
