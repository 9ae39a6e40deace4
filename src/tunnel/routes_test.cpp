#include "tunnel/routes.hpp"

#include <array>

#include <gtest/gtest.h>

namespace sallyport::tunnel {
namespace {

Address ip(std::string_view text) {
  return or_throw(Address::parse(text));
}
Prefix prefix(std::string_view text) {
  return or_throw(Prefix::parse(text));
}

class RoutesTest : public testing::Test {
 protected:
  // Only their addresses matter.
  Tunnel& tunnel(std::size_t number) { return reinterpret_cast<Tunnel&>(places_.at(number)); }
  Tunnel* find(std::string_view address) const { return routes_.find(ip(address)); }

  std::array<std::uint64_t, 4> places_{};
  Routes routes_;
};

TEST_F(RoutesTest, finds_hosts) {
  routes_.add(prefix("10.0.0.1"), tunnel(1));
  routes_.add(prefix("10.0.0.2"), tunnel(2));
  routes_.add(prefix("fd00::1"), tunnel(1));
  EXPECT_EQ(find("10.0.0.1"), &tunnel(1));
  EXPECT_EQ(find("10.0.0.2"), &tunnel(2));
  EXPECT_EQ(find("fd00::1"), &tunnel(1));
  EXPECT_EQ(find("10.0.0.3"), nullptr);
  EXPECT_EQ(find("fd00::2"), nullptr);
}

TEST_F(RoutesTest, sends_everything_to_the_default_route) {
  routes_.add(prefix("0.0.0.0/0"), tunnel(1));
  EXPECT_EQ(find("255.255.255.255"), &tunnel(1));
  EXPECT_EQ(find("0.0.0.0"), &tunnel(1));
  EXPECT_EQ(find("::"), nullptr);
  routes_.add(prefix("::/0"), tunnel(2));
  EXPECT_EQ(find("ff02::2"), &tunnel(2));
}

TEST_F(RoutesTest, prefers_the_longest_prefix) {
  routes_.add(prefix("10.0.0.0/8"), tunnel(0));
  routes_.add(prefix("10.1.0.0/15"), tunnel(1));  // host bits do not matter
  routes_.add(prefix("10.1.2.3"), tunnel(2));
  EXPECT_EQ(find("10.1.2.3"), &tunnel(2));
  EXPECT_EQ(find("10.1.2.4"), &tunnel(1));
  EXPECT_EQ(find("10.0.255.255"), &tunnel(1));
  EXPECT_EQ(find("10.2.0.0"), &tunnel(0));
  EXPECT_EQ(find("11.0.0.0"), nullptr);
  routes_.add(prefix("fd00::/13"), tunnel(0));
  routes_.add(prefix("fd00:0:0:7::/64"), tunnel(1));
  EXPECT_EQ(find("fd07:ffff::"), &tunnel(0));
  EXPECT_EQ(find("fd08::"), nullptr);
  EXPECT_EQ(find("fd00:0:0:7:ffff::"), &tunnel(1));
}

TEST_F(RoutesTest, removes_only_what_is_still_the_tunnels_own) {
  routes_.add(prefix("10.0.0.1"), tunnel(1));
  routes_.add(prefix("10.0.0.1"), tunnel(2));
  routes_.remove(prefix("10.0.0.1"), tunnel(1));
  EXPECT_EQ(find("10.0.0.1"), &tunnel(2));
  routes_.remove(prefix("10.0.0.1"), tunnel(2));
  routes_.remove(prefix("10.0.0.1"), tunnel(2));
  EXPECT_EQ(find("10.0.0.1"), nullptr);
}

}  // namespace
}  // namespace sallyport::tunnel
