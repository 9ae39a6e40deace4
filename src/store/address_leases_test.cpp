#include "store/address_leases.hpp"

#include <gtest/gtest.h>

namespace sallyport::store {

namespace {

Prefix prefix(std::string_view text) {
  return *Prefix::parse(text);
}
Address address(std::string_view text) {
  return *Address::parse(text);
}

// All that users get from a pool until it is full.
std::set<Address> use_up(const Prefix& pool) {
  std::set<Address> taken;
  for (int user = 0; user < 100000; ++user) {
    const auto chosen = choose_address(pool, "user" + std::to_string(user), taken);
    if (!chosen) return taken;
    EXPECT_TRUE(pool.contains(*chosen)) << chosen->to_text();
    EXPECT_TRUE(taken.insert(*chosen).second) << chosen->to_text() << " was given twice";
  }
  ADD_FAILURE() << "the pool is never full";
  return taken;
}

}  // namespace

TEST(AddressLeases, spare_network_gateway_and_broadcast) {
  EXPECT_EQ(use_up(prefix("10.1.2.0/29")),
            (std::set{address("10.1.2.2"), address("10.1.2.3"), address("10.1.2.4"), address("10.1.2.5"),
                      address("10.1.2.6")}));
  EXPECT_EQ(use_up(prefix("10.1.2.9/30")), std::set{address("10.1.2.10")});
  EXPECT_EQ(use_up(prefix("fd00::8/126")), (std::set{address("fd00::a"), address("fd00::b")}));
}

TEST(AddressLeases, a_pool_without_room_for_sessions_is_full) {
  for (const auto* text : {"10.1.2.3/31", "10.1.2.3/32", "fd00::/127", "fd00::1/128"}) {
    EXPECT_EQ(choose_address(prefix(text), "alice", {}), std::nullopt) << text;
    EXPECT_FALSE(AddressRange::of(prefix(text)).contains(prefix(text).address())) << text;
  }
}

TEST(AddressLeases, a_larger_pool_can_be_used_up_as_well) {
  EXPECT_EQ(use_up(prefix("10.1.0.0/20")).size(), 4096U - 3U);
  EXPECT_EQ(use_up(prefix("255.255.255.0/24")).size(), 256U - 3U);
  EXPECT_EQ(use_up(prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120")).size(), 254U);
}

TEST(AddressLeases, a_user_who_comes_back_gets_the_same_address) {
  const auto pool = prefix("10.20.0.0/16");
  const auto first = choose_address(pool, "alice", {});
  EXPECT_EQ(choose_address(pool, "alice", {address("10.20.0.2")}), first);
  EXPECT_NE(choose_address(pool, "bob", {}), first);
  // Pinned, so that an update of the gateway does not move everybody.
  EXPECT_EQ(first.value().to_text(), "10.20.90.198");
}

TEST(AddressLeases, two_sessions_of_a_user_get_different_addresses) {
  const auto pool = prefix("10.20.0.0/16");
  const auto first = choose_address(pool, "alice", {}).value();
  EXPECT_EQ(choose_address(pool, "alice", {first}), first.plus(1));
}

TEST(AddressLeases, a_64_is_used_over_its_whole_width) {
  const auto chosen = choose_address(prefix("fd20::/64"), "alice", {}).value();
  EXPECT_TRUE(prefix("fd20::/64").contains(chosen));
  EXPECT_GT(chosen, address("fd20::1:0:0"));
  // Of a larger one the first /64.
  EXPECT_EQ(choose_address(prefix("fd20::/48"), "alice", {}), chosen);
}

TEST(AddressLeases, a_used_up_family_is_named) {
  const proto::AddressPool pool{"main", prefix("10.0.0.0/30"), prefix("fd00::/126")};
  const std::set<Address> taken{address("10.0.0.2"), address("fd00::2"), address("fd00::3")};
  const auto ipv4 = choose_lease({}, pool, "alice", true, true, taken);
  ASSERT_FALSE(ipv4);
  EXPECT_EQ(ipv4.error(), (Error{ErrorKind::unavailable, "the address pool main has no IPv4 address left"}));
  const auto ipv6 = choose_lease({}, pool, "alice", false, true, taken);
  ASSERT_FALSE(ipv6);
  EXPECT_EQ(ipv6.error(), (Error{ErrorKind::unavailable, "the address pool main has no IPv6 address left"}));
  EXPECT_EQ(choose_lease({}, pool, "alice", false, false, taken), Lease{});
}

TEST(AddressLeases, what_is_held_is_kept_while_it_belongs_to_the_pool) {
  const proto::AddressPool pool{"main", prefix("10.0.0.0/24"), std::nullopt};
  const Lease held{address("10.0.0.77"), std::nullopt};
  EXPECT_EQ(choose_lease(held, pool, "alice", true, true, {address("10.0.0.77")}), held);
  const proto::AddressPool moved{"main", prefix("10.9.0.0/24"), std::nullopt};
  const auto lease = choose_lease(held, moved, "alice", true, true, {address("10.0.0.77")});
  EXPECT_TRUE(prefix("10.9.0.0/24").contains(lease.value().ipv4.value()));
}

}  // namespace sallyport::store
