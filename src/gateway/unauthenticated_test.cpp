#include "gateway/unauthenticated.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

Address address(const char* text) {
  return *Address::parse(text);
}

}  // namespace

TEST(UnauthenticatedConnections, drops_the_oldest_of_an_address_that_has_too_many) {
  UnauthenticatedConnections books({2, 100});
  std::vector<int> dropped;
  const auto one = books.enter(address("192.0.2.1"), [&] { dropped.push_back(1); });
  const auto two = books.enter(address("192.0.2.1"), [&] { dropped.push_back(2); });
  const auto other = books.enter(address("192.0.2.2"), [&] { dropped.push_back(3); });
  EXPECT_TRUE(dropped.empty());
  const auto four = books.enter(address("192.0.2.1"), [&] { dropped.push_back(4); });
  EXPECT_EQ(dropped, std::vector<int>{1});
  EXPECT_EQ(books.open(), 3U);
}

TEST(UnauthenticatedConnections, counts_a_64_prefix_of_ipv6_as_one_address) {
  UnauthenticatedConnections books({1, 100});
  int dropped = 0;
  const auto one = books.enter(address("2001:db8::1"), [&] { ++dropped; });
  const auto two = books.enter(address("2001:db8::2"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 1);
  const auto three = books.enter(address("2001:db8:0:1::1"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 1);
}

TEST(UnauthenticatedConnections, whoever_shows_a_token_leaves_room) {
  UnauthenticatedConnections books({1, 100});
  int dropped = 0;
  auto one = books.enter(address("192.0.2.1"), [&] { ++dropped; });
  one.leave();
  EXPECT_FALSE(one.was_dropped());
  const auto two = books.enter(address("192.0.2.1"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 0);
  EXPECT_EQ(books.open(), 1U);
}

TEST(UnauthenticatedConnections, drops_the_oldest_of_all_when_there_are_too_many_addresses) {
  UnauthenticatedConnections books({10, 2});
  std::vector<int> dropped;
  const auto one = books.enter(address("192.0.2.1"), [&] { dropped.push_back(1); });
  const auto two = books.enter(address("192.0.2.2"), [&] { dropped.push_back(2); });
  const auto three = books.enter(address("192.0.2.3"), [&] { dropped.push_back(3); });
  EXPECT_EQ(dropped, std::vector<int>{1});
  EXPECT_TRUE(one.was_dropped());
  EXPECT_FALSE(two.was_dropped());
}

TEST(UnauthenticatedConnections, whoever_waits_for_something_else_hears_that_it_was_dropped) {
  UnauthenticatedConnections books({1, 100});
  std::vector<std::string> said;
  auto one = books.enter(address("192.0.2.1"), [&] { said.emplace_back("dropped"); });
  one.when_dropped([&] { said.emplace_back("before"); });
  one.when_dropped([&] { said.emplace_back("also"); });
  auto two = books.enter(address("192.0.2.1"), [&] { said.emplace_back("dropped"); });
  EXPECT_EQ(said, (std::vector<std::string>{"dropped", "also"}));
  one.when_dropped([&] { said.emplace_back("too late"); });
  two.when_dropped([&] { said.emplace_back("not any more"); });
  two.when_dropped({});
  const auto three = books.enter(address("192.0.2.1"), [] {});
  EXPECT_EQ(said, (std::vector<std::string>{"dropped", "also", "dropped"}));
}

TEST(UnauthenticatedConnections, a_connection_that_is_over_leaves_room) {
  UnauthenticatedConnections books({1, 100});
  int dropped = 0;
  std::optional<UnauthenticatedConnections::Ticket> one(
      books.enter(address("192.0.2.1"), [&] { ++dropped; }));
  one.reset();
  const auto two = books.enter(address("192.0.2.1"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 0);
}

TEST(UnauthenticatedConnections, get_half_of_the_descriptors) {
  using Limits = UnauthenticatedConnections::Limits;
  EXPECT_EQ(Limits::within(1024).of_all, 512U);
  EXPECT_EQ(Limits::within(1 << 20).of_all, 8192U);
}

TEST(UnauthenticatedConnections, one_address_never_pushes_the_others_out) {
  using Limits = UnauthenticatedConnections::Limits;
  EXPECT_EQ(Limits::within(1 << 20).of_origin, 256U);
  EXPECT_EQ(Limits::within(256).of_origin, 32U);
  EXPECT_EQ(Limits::within(0).of_origin, 1U);
}

}  // namespace sallyport::gateway
