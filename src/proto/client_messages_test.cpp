#include "proto/client_messages.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {

namespace {

ConnectionStart start() {
  ConnectionStart start{1000, 1000, 77, true, "vpn.example.com:443 pin-sha256:A\n", {UserFile::ca_file}};
  start.with_profiles = true;
  start.default_user = "alice";
  start.profiles = {{"corp.xml", std::string(40, 'A')}, {"home.xml", std::string(40, 'B')}};
  return start;
}

}  // namespace

TEST(ClientMessages, of_the_front_round_trip_and_refuse_to_be_cut) {
  expect_round_trip(FrontMessage(start()));
  expect_round_trip(FrontMessage(HostConfigured{"sally0"}));
  expect_round_trip(FrontMessage(FrontFailed{"no"}));
  expect_round_trip(FrontMessage(UserWants{UserWish::statistics}));
  expect_round_trip(FrontMessage(ProfileStored{}));
  expect_round_trip(FrontMessage(NetworkFollowed{}));
}

TEST(ClientMessages, of_the_connection_round_trip_and_refuse_to_be_cut) {
  HostSettings settings;
  settings.gateway = *Address::parse("192.0.2.1");
  settings.ipv4 = *Prefix::parse("10.20.0.0/16");
  settings.headers = {"X-CSTP-MTU=1418"};
  expect_round_trip(ConnectionMessage(StoreTrust{"a:443 pin\n"}));
  expect_round_trip(ConnectionMessage(ConfigureHost{settings}));
  expect_round_trip(
      ConnectionMessage(Reconnecting{{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")}}));
  expect_round_trip(ConnectionMessage(StoreProfile{"corp.xml"}));
  expect_round_trip(
      ConnectionMessage(Remember{"alice", "Employees", std::string(40, 'A'), "vpn.example.com"}));
  expect_round_trip(ConnectionMessage(AdvanceToken{7}));
  expect_round_trip(ConnectionMessage(TunnelStands{}));
}

TEST(ClientMessages, a_full_folder_of_profiles_fits_into_the_first_message) {
  auto full = start();
  full.trust.assign(max_trust_file, 'x');
  full.default_user.assign(max_remembered_text, 'x');
  full.profiles.assign(max_stored_profiles, {std::string(128, 'x'), std::string(40, 'A')});
  EXPECT_LT(encode(FrontMessage(full)).size(), 64U << 10);
}

}  // namespace sallyport::proto
