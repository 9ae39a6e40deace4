#include "proto/role_messages.hpp"

#include <gtest/gtest.h>

#include "proto/gateway_settings.hpp"
#include "proto/round_trip_test.hpp"

namespace sallyport::proto {

namespace {}  // namespace

TEST(RoleMessages, round_trip_and_refuse_to_be_cut) {
  const RoleSettings role{61180, 61180, 42, 3, true};
  expect_round_trip(KeeperStart{role, 2, 1});
  expect_round_trip(KeeperEvent(KeeperReady{{{1, 2, 3}, {}}}));
  expect_round_trip(KeeperEvent(RoleFailed{1, "cannot read"}));
  expect_round_trip(AuthenticatorCommand(AuthenticatorStart{role, true, {{"local", true}}}));
  expect_round_trip(AuthenticatorCommand(AuthenticatorReload{{{"local", false}}}));
  expect_round_trip(GatewayCommand(GatewayStart{role, 2, 3, 1, 2, true, false, TunOffload::tcp, true, false,
                                                true, std::chrono::sys_seconds(std::chrono::seconds(9))}));
  expect_round_trip(GatewayCommand(Processes{{{"keeper", 1, 2}}}));
  expect_round_trip(GatewayCommand(ReloadDone{"gateway.toml:1:1: no"}));
  expect_round_trip(GatewayEvent(StopWanted{true}));
}

TEST(RoleMessages, gateway_settings_round_trip) {
  GatewaySettings settings;
  settings.generation = 7;
  settings.tls.key_pairs = {{"-----BEGIN", 3}};
  settings.tls.client_ca = "pem";
  expect_round_trip(settings);
}

TEST(Codec, refuses_left_over_bytes_and_unknown_types) {
  auto bytes = encode(GatewayEvent(RoleReady{}));
  bytes.push_back(0);
  EXPECT_FALSE(decode<GatewayEvent>(bytes));
  EXPECT_FALSE(decode<GatewayEvent>(Bytes{200}));
}

TEST(Codec, does_not_believe_a_list_longer_than_its_message) {
  Writer out;
  out.u32(0xffffffff);
  const auto result = decode<KeeperReady>(out.view());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "public_keys: a list is longer than its message");
}

}  // namespace sallyport::proto
