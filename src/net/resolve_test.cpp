#include "net/resolve.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <netdb.h>

namespace sallyport::net {
namespace {

Task<void> keep(std::string host, std::vector<Endpoint>& found) {
  auto endpoints = co_await resolve(std::move(host), 443, std::chrono::seconds(30));
  found = std::move(endpoints);
}

std::vector<Endpoint> addresses_of(const char* host) {
  Loop loop;
  std::vector<Endpoint> found;
  spawn(loop.executor(), keep(host, found), [](const Error& error) { ADD_FAILURE() << error.text; });
  loop.run();
  return found;
}

const Endpoint this_machine{or_throw(Address::parse("127.0.0.1")), 443};

TEST(Resolve, finds_the_address_of_a_literal) {
  EXPECT_EQ(addresses_of("127.0.0.1"), std::vector{this_machine});
}

TEST(Resolve, finds_the_addresses_of_a_name) {
  addrinfo* known = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &known) != 0)
    GTEST_SKIP() << "this machine has no name: localhost is not in its /etc/hosts";
  freeaddrinfo(known);
  const auto found = addresses_of("localhost");
  EXPECT_NE(std::ranges::find(found, this_machine), found.end());
}

TEST(Resolve, tells_which_name_has_no_address) {
  Loop loop;
  std::vector<Endpoint> found;
  std::string told;
  // No label of a name is longer than 63 characters: nobody needs to be asked.
  const std::string host(64, 'a');
  spawn(loop.executor(), keep(host, found), [&](const Error& error) { told = error.text; });
  loop.run();
  EXPECT_TRUE(told.starts_with("cannot find the address of " + host)) << told;
}

TEST(Resolve, need_not_be_awaited) {
  for (int i = 0; i < 20; ++i) {
    std::vector<Endpoint> found;
    Loop loop;
    spawn(loop.executor(), keep("localhost", found), [](const Error&) {});
    loop.post([&] { loop.stop(); });
    loop.run();
  }
}

}  // namespace
}  // namespace sallyport::net
