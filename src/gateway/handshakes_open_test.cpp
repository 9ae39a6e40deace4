#include "gateway/handshakes_open.hpp"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

Address address(const char* text) {
  return *Address::parse(text);
}

}  // namespace

TEST(HandshakesOpen, drops_the_oldest_of_an_address_that_has_too_many) {
  HandshakesOpen books({2, 100});
  std::vector<int> dropped;
  const auto one = books.enter(address("192.0.2.1"), [&] { dropped.push_back(1); });
  const auto two = books.enter(address("192.0.2.1"), [&] { dropped.push_back(2); });
  const auto other = books.enter(address("192.0.2.2"), [&] { dropped.push_back(3); });
  EXPECT_TRUE(dropped.empty());
  const auto four = books.enter(address("192.0.2.1"), [&] { dropped.push_back(4); });
  EXPECT_EQ(dropped, std::vector<int>{1});
  EXPECT_EQ(books.open(), 3U);
}

TEST(HandshakesOpen, counts_a_64_prefix_of_ipv6_as_one_address) {
  HandshakesOpen books({1, 100});
  int dropped = 0;
  const auto one = books.enter(address("2001:db8::1"), [&] { ++dropped; });
  const auto two = books.enter(address("2001:db8::2"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 1);
  const auto three = books.enter(address("2001:db8:0:1::1"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 1);
}

TEST(HandshakesOpen, a_finished_handshake_leaves_room) {
  HandshakesOpen books({1, 100});
  int dropped = 0;
  std::optional<HandshakesOpen::Ticket> one(books.enter(address("192.0.2.1"), [&] { ++dropped; }));
  one.reset();
  const auto two = books.enter(address("192.0.2.1"), [&] { ++dropped; });
  EXPECT_EQ(dropped, 0);
  EXPECT_EQ(books.open(), 1U);
}

TEST(HandshakesOpen, drops_the_oldest_of_all_when_there_are_too_many_addresses) {
  HandshakesOpen books({10, 2});
  std::vector<int> dropped;
  const auto one = books.enter(address("192.0.2.1"), [&] { dropped.push_back(1); });
  const auto two = books.enter(address("192.0.2.2"), [&] { dropped.push_back(2); });
  const auto three = books.enter(address("192.0.2.3"), [&] { dropped.push_back(3); });
  EXPECT_EQ(dropped, std::vector<int>{1});
  EXPECT_EQ(books.dropped(), 1U);
}

}  // namespace sallyport::gateway
