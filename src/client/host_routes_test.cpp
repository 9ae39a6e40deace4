#include "client/host_routes.hpp"

#include <gtest/gtest.h>

#include "client/host_samples_test.hpp"

namespace sallyport::client {

TEST(HostRoutes, without_includes_everything_goes_in_and_the_default_route_stays) {
  const auto routes = wanted_routes(sample_settings());
  EXPECT_EQ(routes.into_tunnel,
            prefixes({"10.9.0.0/24", "0.0.0.0/1", "128.0.0.0/1", "fd00:9::/64", "::/1", "8000::/1"}));
  EXPECT_EQ(routes.around, prefixes({"192.0.2.1/32"}));
}

TEST(HostRoutes, a_family_without_inner_address_is_left_alone) {
  auto settings = sample_settings();
  settings.ipv6.reset();
  settings.split_include = prefixes({"10.0.0.0/8", "fd77::/32"});
  settings.split_exclude = prefixes({"10.1.0.0/16", "fd78::/32"});
  const auto routes = wanted_routes(settings);
  EXPECT_EQ(routes.into_tunnel, prefixes({"10.9.0.0/24", "10.0.0.0/8", "10.9.0.1/32"}));
  EXPECT_EQ(routes.around, prefixes({"192.0.2.1/32", "10.1.0.0/16"}));
}

TEST(HostRoutes, each_family_is_split_on_its_own) {
  auto settings = sample_settings();
  settings.split_include = prefixes({"fd77::/32"});
  EXPECT_EQ(wanted_routes(settings).into_tunnel, prefixes({"10.9.0.0/24", "0.0.0.0/1", "128.0.0.0/1",
                                                           "fd00:9::/64", "fd77::/32", "fd00:9::1/128"}));
}

TEST(HostRoutes, networks_lose_their_host_bits_and_duplicates) {
  auto settings = sample_settings();
  settings.ipv4 = prefix("10.9.0.5/32");
  settings.ipv6.reset();
  settings.dns.clear();
  settings.split_include = prefixes({"10.1.2.3/8", "10.0.0.0/8"});
  EXPECT_EQ(wanted_routes(settings).into_tunnel, prefixes({"10.0.0.0/8"}));
}

TEST(HostRoutes, an_include_of_everything_spares_the_default_route) {
  auto settings = sample_settings();
  settings.ipv6.reset();
  settings.dns.clear();
  settings.split_include = prefixes({"0.0.0.0/0"});
  EXPECT_EQ(wanted_routes(settings).into_tunnel, prefixes({"10.9.0.0/24", "0.0.0.0/1", "128.0.0.0/1"}));
}

TEST(HostRoutes, the_gateway_itself_is_never_sent_into_the_tunnel) {
  auto settings = sample_settings();
  settings.ipv6.reset();
  settings.dns = {settings.gateway};
  settings.split_include = prefixes({"192.0.2.1/32", "192.0.2.0/24"});
  EXPECT_EQ(wanted_routes(settings).into_tunnel, prefixes({"10.9.0.0/24", "192.0.2.0/24"}));
}

TEST(HostRoutes, the_word_for_local_networks_is_no_route) {
  auto settings = sample_settings();
  settings.split_exclude = prefixes({"0.0.0.0/32"});
  EXPECT_EQ(wanted_routes(settings).around, prefixes({"192.0.2.1/32"}));
}

TEST(HostRoutes, an_exclude_that_only_begins_like_that_word_is_a_route) {
  auto settings = sample_settings();
  settings.split_exclude = prefixes({"0.0.0.0/1", "::/3", "::/128", "0.0.0.0/0", "::/0"});
  EXPECT_EQ(wanted_routes(settings).around, prefixes({"192.0.2.1/32", "0.0.0.0/1", "::/3"}));
}

}  // namespace sallyport::client
