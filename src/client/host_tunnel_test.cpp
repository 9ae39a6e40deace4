#include "client/host_tunnel.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include "base/temporary_folder_test.hpp"
#include "client/host_samples_test.hpp"
#include "sys/own_network_test.hpp"

namespace sallyport::client {

namespace {

// A machine with a cable to the gateway's network and a default route on it.
struct Machine {
  Machine() {
    std::ofstream(folder + "/resolv.conf") << "nameserver 192.0.2.53\n";
    paths = {folder, {folder + "/none", folder + "/none", folder + "/none", folder + "/resolv.conf"}};
    const auto index = netlink.link("cable").value().index;
    EXPECT_TRUE(netlink.add(sys::InterfaceAddress{index, prefix("198.51.100.2/24")}));
    EXPECT_TRUE(netlink.add(sys::InterfaceAddress{index, prefix("2001:db8::2/64")}));
    EXPECT_TRUE(netlink.set_up(index, true));
    EXPECT_TRUE(netlink.add(default_route("198.51.100.1")));
    EXPECT_TRUE(netlink.add(default_route("2001:db8::1")));
  }

  sys::Route default_route(std::string_view next_hop) {
    const auto hop = address(next_hop);
    return {.prefix = prefix(hop.is_v4() ? "0.0.0.0/0" : "::/0"),
            .gateway = hop,
            .interface = netlink.link("cable").value().index};
  }
  // All that we could have changed, for comparison. In other tables the kernel adds routes of its own by and
  // by.
  std::string state() {
    std::stringstream text;
    text << std::ifstream(folder + "/resolv.conf").rdbuf();
    for (const auto family : {Address::Family::v4, Address::Family::v6}) {
      const auto routes = netlink.routes(family).value();
      for (const auto& route : routes) {
        if (route.table != RT_TABLE_MAIN) continue;
        text << route.prefix.to_text() << " by " << route.interface;
        text << (route.gateway ? " over " + route.gateway->to_text() : "") << '\n';
      }
    }
    return text.str();
  }
  std::string way_to(std::string_view destination) {
    const auto route = netlink.route_to(address(destination));
    if (!route) return route.error().text;
    const auto name = netlink.link(route->interface).value().name;
    return route->gateway ? name + " over " + route->gateway->to_text() : name;
  }

  sys::Tun cable = sys::open_tun({.name = "cable"}).value();
  sys::Netlink netlink = sys::Netlink::open().value();
  const testing_support::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  HostPaths paths;
  ConnectOptions options;
  std::vector<std::string> complaints;
  Complaint complain = [this](const Error& error) { complaints.push_back(error.text); };
};

}  // namespace

TEST(HostTunnel, everything_goes_in_but_the_gateway_and_all_is_undone) {
  sys::in_own_network([] {
    Machine machine;
    const auto before = machine.state();
    {
      HostTunnel host(machine.options, machine.paths, machine.complain);
      auto settings = sample_settings();
      settings.split_exclude = prefixes({"203.0.113.0/24", "2001:db8:5::/48"});
      const auto done = host.configure(settings);
      ASSERT_TRUE(done) << done.error().text;
      EXPECT_EQ(host.tun().name, "sally0");
      EXPECT_EQ(machine.way_to("192.0.2.1"), "cable over 198.51.100.1");
      EXPECT_EQ(machine.way_to("8.8.8.8"), "sally0");
      EXPECT_EQ(machine.way_to("2001:4860::1"), "sally0");
      EXPECT_EQ(machine.way_to("198.51.100.9"), "cable") << "the local network stays";
      EXPECT_EQ(machine.way_to("203.0.113.9"), "cable over 198.51.100.1");
      EXPECT_EQ(machine.way_to("2001:db8:5::9"), "cable over 2001:db8::1");
      EXPECT_EQ(machine.netlink.link("sally0")->mtu, 1400U);
      EXPECT_NE(machine.state(), before);
    }
    EXPECT_EQ(machine.state(), before);
    EXPECT_TRUE(machine.complaints.empty());
  });
}

TEST(HostTunnel, an_exclude_that_begins_at_no_address_goes_around) {
  sys::in_own_network([] {
    Machine machine;
    ASSERT_TRUE(machine.netlink.set_up(machine.netlink.link("lo")->index, true));  // ::1 is this machine
    HostTunnel host(machine.options, machine.paths, machine.complain);
    auto settings = sample_settings();
    settings.split_exclude = prefixes({"0.0.0.0/2", "::/3"});
    ASSERT_TRUE(host.configure(settings));
    EXPECT_EQ(machine.way_to("8.8.8.8"), "cable over 198.51.100.1");
    EXPECT_EQ(machine.way_to("1fff::1"), "cable over 2001:db8::1");
    EXPECT_EQ(machine.way_to("100.64.0.1"), "sally0");
  });
}

TEST(HostTunnel, again_changes_addresses_routes_and_mtu_of_the_same_interface) {
  sys::in_own_network([] {
    Machine machine;
    HostTunnel host(machine.options, machine.paths, machine.complain);
    auto settings = sample_settings();
    settings.split_include = prefixes({"10.0.0.0/8", "172.16.0.0/12", "fd77::/32"});
    ASSERT_TRUE(host.configure(settings));
    const auto index = machine.netlink.link("sally0")->index;
    settings.ipv4 = prefix("10.9.0.7/24");
    settings.ipv6 = prefix("fd00:8::7/64");
    settings.mtu = 1300;
    settings.split_include = prefixes({"10.0.0.0/8", "192.168.0.0/16", "fd77::/32"});
    const auto again = host.configure(settings);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(machine.netlink.link("sally0")->index, index);
    EXPECT_EQ(machine.netlink.link("sally0")->mtu, 1300U);
    EXPECT_EQ(machine.netlink.route_to(address("10.1.1.1"))->source, address("10.9.0.7"));
    EXPECT_EQ(machine.way_to("192.168.1.1"), "sally0");
    EXPECT_EQ(machine.way_to("172.16.1.1"), "cable over 198.51.100.1");
    EXPECT_EQ(machine.way_to("fd00:8::1"), "sally0");
    EXPECT_EQ(machine.way_to("fd00:9::9"), "cable over 2001:db8::1");
    EXPECT_TRUE(machine.complaints.empty());
  });
}

TEST(HostTunnel, the_way_to_the_gateway_follows_the_machines_network) {
  sys::in_own_network([] {
    Machine machine;
    HostTunnel host(machine.options, machine.paths, machine.complain);
    ASSERT_TRUE(host.configure(sample_settings()));
    ASSERT_TRUE(machine.netlink.remove(machine.default_route("198.51.100.1")));
    ASSERT_TRUE(machine.netlink.add(machine.default_route("198.51.100.77")));
    host.reconnecting({address("192.0.2.1"), address("192.0.2.77")});
    EXPECT_EQ(machine.way_to("192.0.2.1"), "cable over 198.51.100.77");
    EXPECT_EQ(machine.way_to("192.0.2.77"), "cable over 198.51.100.77") << "perhaps it is there now";
    EXPECT_EQ(machine.way_to("8.8.8.8"), "sally0");
    auto settings = sample_settings();
    settings.gateway = address("192.0.2.77");
    ASSERT_TRUE(host.configure(settings));
    EXPECT_EQ(machine.way_to("192.0.2.77"), "cable over 198.51.100.77");
    EXPECT_EQ(machine.way_to("192.0.2.1"), "sally0") << "it was not there";
    ASSERT_TRUE(host.configure(sample_settings()));
    // The cable is pulled and plugged in again: the kernel has dropped the routes on it.
    const auto cable = machine.netlink.link("cable")->index;
    ASSERT_TRUE(machine.netlink.set_up(cable, false));
    ASSERT_TRUE(machine.netlink.set_up(cable, true));
    ASSERT_TRUE(machine.netlink.add(machine.default_route("198.51.100.77")));
    EXPECT_EQ(machine.way_to("192.0.2.1"), "sally0");
    host.reconnecting({address("192.0.2.1")});
    EXPECT_EQ(machine.way_to("192.0.2.1"), "cable over 198.51.100.77");
  });
}

TEST(HostTunnel, a_failure_in_the_middle_leaves_nothing) {
  sys::in_own_network([] {
    Machine machine;
    const auto before = machine.state();
    machine.paths.dns.resolv_conf = machine.folder;  // not a file
    HostTunnel host(machine.options, machine.paths, machine.complain);
    EXPECT_FALSE(host.configure(sample_settings()));
    EXPECT_EQ(machine.state(), before);
    EXPECT_FALSE(machine.netlink.link("sally0"));
    machine.options.interface = "cable";
    EXPECT_EQ(host.configure(sample_settings()).error().kind, ErrorKind::conflict);
  });
}

TEST(HostTunnel, goes_on_with_ipv4_where_ipv6_is_disabled) {
  sys::in_own_network([] {
    Machine machine;
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << 1;
    HostTunnel host(machine.options, machine.paths, machine.complain);
    auto settings = sample_settings();
    ASSERT_TRUE(host.configure(settings));
    EXPECT_EQ(machine.way_to("8.8.8.8"), "sally0");
    EXPECT_EQ(machine.complaints.size(), 1U);
    host.undo();
    settings.ipv4.reset();
    EXPECT_EQ(host.configure(settings).error().kind, ErrorKind::unsupported);
  });
}

TEST(HostTunnel, the_journal_does_not_grow_by_tunnels_that_mean_the_same) {
  sys::in_own_network([] {
    Machine machine;
    machine.options.script = "true";
    HostTunnel host(machine.options, machine.paths, machine.complain);
    auto settings = sample_settings();
    ASSERT_TRUE(host.configure(settings));
    const auto size_of_journal = [&machine] {
      for (const auto& file : std::filesystem::directory_iterator(machine.folder)) {
        if (file.path().extension() == ".journal") return file.file_size();
      }
      return std::uintmax_t(0);
    };
    const auto before = size_of_journal();
    EXPECT_GT(before, 0U);
    settings.headers.emplace_back("X-CSTP-Session-Timeout-Remaining=100");
    ASSERT_TRUE(host.configure(settings));
    EXPECT_EQ(size_of_journal(), before);
  });
}

TEST(HostTunnel, the_script_hears_of_every_turn) {
  sys::in_own_network([] {
    Machine machine;
    const auto calls = machine.folder + "/calls";
    machine.options.script =
        "echo \"$reason $TUNDEV $INTERNAL_IP4_ADDRESS\" >> " + calls + "; [ $reason != connect ]";
    {
      HostTunnel host(machine.options, machine.paths, machine.complain);
      auto settings = sample_settings();
      ASSERT_TRUE(host.configure(settings));
      host.reconnecting({address("192.0.2.1")});
      settings.mtu = 1300;
      ASSERT_TRUE(host.configure(settings));
      EXPECT_EQ(machine.netlink.link("sally0")->mtu, 1300U);
      settings.ipv4 = prefix("10.9.0.7/24");
      ASSERT_TRUE(host.configure(settings));
      EXPECT_EQ(machine.way_to("8.8.8.8"), "cable over 198.51.100.1") << "routes are the script's";
    }
    std::stringstream heard;
    heard << std::ifstream(calls).rdbuf();
    EXPECT_EQ(heard.str(),
              "pre-init  10.9.0.5\nconnect sally0 10.9.0.5\nattempt-reconnect sally0 10.9.0.5\n"
              "reconnect sally0 10.9.0.5\ndisconnect sally0 10.9.0.5\nconnect sally0 10.9.0.7\n"
              "disconnect sally0 10.9.0.7\n");
    EXPECT_EQ(machine.complaints,
              std::vector<std::string>(2, "the script (reason=connect) failed: exit status 1"));
  });
}

}  // namespace sallyport::client
