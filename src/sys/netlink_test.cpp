#include "sys/netlink.hpp"

#include <cstdio>
#include <fstream>

#include "sys/own_network_test.hpp"
#include "sys/tun.hpp"

namespace sallyport::sys {

namespace {

Address address(std::string_view text) {
  return Address::parse(text).value();
}

Prefix prefix(std::string_view text) {
  return Prefix::parse(text).value();
}

// An interface that is up, with one address of each family.
struct Network {
  Network() {
    EXPECT_TRUE(netlink.add(InterfaceAddress{link.index, prefix("192.0.2.2/24")}));
    EXPECT_TRUE(netlink.add(InterfaceAddress{link.index, prefix("2001:db8::2/64")}));
    EXPECT_TRUE(netlink.set_up(link.index, true));
  }
  Tun tun = open_tun({.name = "probe"}).value();
  Netlink netlink = Netlink::open().value();
  Link link = netlink.link("probe").value();
};

}  // namespace

TEST(Netlink, sets_an_interface_up_with_its_mtu_and_addresses) {
  in_own_network([] {
    Network net;
    ASSERT_TRUE(net.netlink.set_mtu(net.link.index, 1390));
    const auto link = net.netlink.link(net.link.index).value();
    EXPECT_EQ(link.mtu, 1390U);
    EXPECT_EQ(link.name, "probe");
    EXPECT_TRUE(link.up);
    const auto addresses = net.netlink.addresses(link.index).value();
    EXPECT_GE(addresses.size(), 2U);
    for (const auto& address : addresses) ASSERT_TRUE(net.netlink.remove(address));
    EXPECT_TRUE(net.netlink.addresses(link.index).value().empty());
    ASSERT_TRUE(net.netlink.set_up(link.index, false));
    EXPECT_FALSE(net.netlink.link("probe").value().up);
  });
}

TEST(Netlink, adds_finds_and_removes_routes_of_both_families) {
  in_own_network([] {
    Network net;
    for (const auto& [to, over, sample] : {std::tuple{"10.0.0.0/8", "192.0.2.9", "10.1.2.3"},
                                           std::tuple{"fd00::/16", "2001:db8::9", "fd00::1"},
                                           std::tuple{"172.16.0.0/12", "2001:db8::9", "172.16.0.1"}}) {
      const Route route{.prefix = prefix(to), .gateway = address(over), .interface = net.link.index};
      const auto added = net.netlink.add(route);
      ASSERT_TRUE(added) << added.error().text;
      const auto found = net.netlink.route_to(address(sample));
      ASSERT_TRUE(found) << found.error().text;
      EXPECT_EQ(found->gateway, address(over)) << to;
      EXPECT_EQ(found->interface, net.link.index);
      EXPECT_EQ(best_route(net.netlink.routes(address(sample).family()).value(), address(sample))->gateway,
                address(over));
      EXPECT_EQ(net.netlink.add(route).error().kind, ErrorKind::conflict);
      ASSERT_TRUE(net.netlink.remove(route));
      EXPECT_EQ(net.netlink.remove(route).error().kind, ErrorKind::unavailable);
    }
  });
}

TEST(Netlink, a_route_may_stand_before_one_of_the_same_prefix) {
  in_own_network([] {
    Network net;
    const auto other = open_tun({.name = "other"}).value();
    const auto index = net.netlink.link("other").value().index;
    ASSERT_TRUE(net.netlink.set_up(index, true));
    const Route ours{.prefix = prefix("192.0.2.0/24"), .interface = index};
    const auto added = net.netlink.add(ours, SameRoute::stand_before);
    ASSERT_TRUE(added) << added.error().text;
    EXPECT_EQ(net.netlink.route_to(address("192.0.2.77"))->interface, index);
    ASSERT_TRUE(net.netlink.remove(ours));
    EXPECT_EQ(net.netlink.route_to(address("192.0.2.77"))->interface, net.link.index);
  });
}

TEST(Netlink, errors_say_what_and_why) {
  in_own_network([] {
    Network net;
    const Route route{
        .prefix = prefix("10.0.0.0/8"), .gateway = address("203.0.113.1"), .interface = net.link.index};
    EXPECT_TRUE(net.netlink.add(route).error().text.starts_with(
        "cannot add the route 10.0.0.0/8 over 203.0.113.1 by probe: Network is unreachable"));
    EXPECT_EQ(net.netlink.link("none").error().kind, ErrorKind::unavailable);
    EXPECT_EQ(net.netlink.route_to(address("198.51.100.1")).error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(net.netlink.route_to(address("192.0.2.2"))->local);
  });
}

TEST(Netlink, says_that_ipv6_is_disabled) {
  in_own_network([] {
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << 1;
    const auto tun = open_tun({.name = "probe"}).value();
    auto netlink = Netlink::open().value();
    const auto index = netlink.link("probe").value().index;
    const auto added = netlink.add(InterfaceAddress{index, prefix("fd00::1/128")});
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().kind, ErrorKind::unsupported);
    EXPECT_EQ(added.error().text,
              "cannot add the address fd00::1/128 to probe: IPv6 is disabled on this machine or interface");
  });
}

TEST(Netlink, an_ipv6_address_goes_with_an_mtu_that_is_too_small) {
  in_own_network([] {
    const auto tun = open_tun({.name = "probe"}).value();
    auto netlink = Netlink::open().value();
    const InterfaceAddress added{netlink.link("probe").value().index, prefix("fd00::1/128")};
    ASSERT_TRUE(netlink.add(added));
    ASSERT_TRUE(netlink.set_mtu(added.interface, 1200));
    EXPECT_EQ(netlink.remove(added).error().kind, ErrorKind::unavailable);
  });
}

TEST(Tun, has_the_name_and_the_queues_asked_for) {
  in_own_network([] {
    const auto first = open_tun({.name = "sally%d", .queues = 3});
    ASSERT_TRUE(first) << first.error().text;
    EXPECT_EQ(first->name, "sally0");
    EXPECT_EQ(first->queues.size(), 3U);
    EXPECT_EQ(open_tun({.name = "sally%d"})->name, "sally1");
    EXPECT_EQ(open_tun({})->name, "tun0");
  });
}

TEST(Tun, does_not_join_an_interface_that_is_there) {
  in_own_network([] {
    const auto first = open_tun({.name = "sally0", .queues = 2});
    ASSERT_TRUE(first);
    for (const auto* name : {"sally0", "lo"}) {
      const auto second = open_tun({.name = name, .queues = 2});
      ASSERT_FALSE(second);
      EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    }
  });
}

TEST(Tun, refuses_what_is_no_name) {
  for (const auto* name : {"sixteen-letters-", "a/b", "a b", "..", "a:1"}) {
    EXPECT_EQ(open_tun({.name = name}).error().kind, ErrorKind::malformed) << name;
  }
  EXPECT_EQ(open_tun({.queues = 0}).error().kind, ErrorKind::malformed);
}

}  // namespace sallyport::sys
