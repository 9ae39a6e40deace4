#include "base/ip.hpp"

#include <gtest/gtest.h>

namespace sallyport {

namespace {

Address address(const char* text) {
  return *Address::parse(text);
}
Prefix prefix(const char* text) {
  return *Prefix::parse(text);
}

}  // namespace

TEST(Address, reads_and_prints_both_families) {
  EXPECT_EQ(address("192.0.2.1").to_text(), "192.0.2.1");
  EXPECT_EQ(address("2001:DB8:0:0::1").to_text(), "2001:db8::1");
  EXPECT_EQ(address("192.0.2.1").to_v4(), 0xc0000201U);
  EXPECT_EQ(Address::v4(0xc0000201), address("192.0.2.1"));
  for (const char* bad : {"", "192.0.2", "192.0.2.256", "::g", "fe80::1%eth0", "[::1]", "1.2.3.4 "}) {
    EXPECT_FALSE(Address::parse(bad)) << bad;
  }
  EXPECT_FALSE(Address::parse(std::string_view("192.0.2.1\0x", 11)));
}

TEST(Address, counts_on_with_carry) {
  EXPECT_EQ(address("10.0.0.255").plus(1), address("10.0.1.0"));
  EXPECT_EQ(address("255.255.255.255").plus(1), address("0.0.0.0"));
  EXPECT_EQ(address("fd00::ffff").plus(2), address("fd00::1:1"));
}

TEST(Address, knows_a_mapped_address) {
  EXPECT_EQ(address("::ffff:192.0.2.1").unmapped(), address("192.0.2.1"));
  EXPECT_EQ(address("2001:db8::1").unmapped(), address("2001:db8::1"));
}

TEST(Prefix, takes_a_length_or_a_netmask) {
  EXPECT_EQ(prefix("10.1.2.3/255.255.0.0"), prefix("10.1.2.3/16"));
  EXPECT_EQ(prefix("10.1.2.3").length(), 32);
  EXPECT_EQ(prefix("::1").length(), 128);
  for (const char* bad :
       {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/255.0.255.0", "fd00::/129", "10.0.0.0/", "/8"}) {
    EXPECT_FALSE(Prefix::parse(bad)) << bad;
  }
}

TEST(Prefix, has_a_first_a_last_and_a_mask) {
  const auto net = prefix("10.20.30.40/20");
  EXPECT_EQ(net.network(), address("10.20.16.0"));
  EXPECT_EQ(net.last(), address("10.20.31.255"));
  EXPECT_EQ(net.netmask(), address("255.255.240.0"));
  EXPECT_TRUE(net.contains(address("10.20.31.1")));
  EXPECT_FALSE(net.contains(address("10.20.32.1")));
  EXPECT_FALSE(net.contains(address("::1")));
  EXPECT_EQ(prefix("fd20::1/64").last(), address("fd20::ffff:ffff:ffff:ffff"));
}

TEST(Prefix, zero_length_holds_everything_of_its_family) {
  EXPECT_TRUE(prefix("0.0.0.0/0").contains(address("203.0.113.9")));
  EXPECT_EQ(prefix("0.0.0.0/0").netmask(), address("0.0.0.0"));
}

TEST(Prefix, compares_the_bits_that_it_has) {
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(address("10.255.0.1")));
  EXPECT_TRUE(prefix("0.0.0.0/0").contains(address("200.0.0.1")));
  EXPECT_FALSE(prefix("10.0.0.0/9").contains(address("10.128.0.0")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(address("::")));
  EXPECT_TRUE(prefix("fd00::1").contains(address("fd00::1")));
  EXPECT_FALSE(prefix("fd00::1").contains(address("fd00::3")));
}

TEST(Address, is_masked_bit_by_bit) {
  const auto all = address("255.255.255.255");
  EXPECT_EQ(all.masked(0), address("0.0.0.0"));
  EXPECT_EQ(all.masked(11), address("255.224.0.0"));
  EXPECT_EQ(all.masked(24), address("255.255.255.0"));
  EXPECT_EQ(all.masked(32), all);
  const auto long_one = address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(long_one.masked(0), address("::"));
  EXPECT_EQ(long_one.masked(65), address("ffff:ffff:ffff:ffff:8000::"));
  EXPECT_EQ(long_one.masked(128), long_one);
}

TEST(Address, has_as_its_origin_what_one_stranger_has_at_least) {
  EXPECT_EQ(address("192.0.2.1").origin(), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1").origin(), address("192.0.2.1"));
  EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").origin(), address("2001:db8:1:2::"));
}

TEST(Endpoint, is_written_with_brackets_for_ipv6) {
  EXPECT_EQ(Endpoint::parse("192.0.2.1:443")->to_text(), "192.0.2.1:443");
  EXPECT_EQ(Endpoint::parse("[2001:db8::1]:443")->to_text(), "[2001:db8::1]:443");
  for (const char* bad :
       {"192.0.2.1", "[192.0.2.1]:443", "2001:db8::1:443", "[::1]:65536", "[::1]:", ":443"}) {
    EXPECT_FALSE(Endpoint::parse(bad)) << bad;
  }
}

}  // namespace sallyport
