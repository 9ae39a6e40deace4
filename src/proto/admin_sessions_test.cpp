#include "proto/admin_sessions.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

SessionEntry sample() {
  SessionEntry entry;
  entry.id = 4711;
  entry.state = "connected";
  entry.user = "alice";
  entry.connection_profile = "Employees";
  entry.group_policy = "staff";
  entry.remote_address = "192.0.2.2";
  entry.ipv4 = "10.20.0.5";
  entry.user_agent = "Open AnyConnect VPN Agent v9.01";
  entry.created_at = "2026-11-21T10:00:00Z";
  entry.connected_at = "2026-11-21T10:00:01Z";
  entry.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384"};
  entry.mtu = 1418;
  entry.rx_bytes = 84;
  entry.rx_packets = 1;
  return entry;
}

}  // namespace

TEST(AdminSessions, an_entry_has_the_keys_of_the_contract_and_reads_back) {
  EXPECT_EQ(
      sample().serialize(),
      R"({"id":4711,"state":"connected","user":"alice","connection_profile":"Employees","group_policy":"staff",)"
      R"("remote_address":"192.0.2.2","ipv4":"10.20.0.5","ipv6":null,)"
      R"("user_agent":"Open AnyConnect VPN Agent v9.01","hostname":"","created_at":"2026-11-21T10:00:00Z",)"
      R"("connected_at":"2026-11-21T10:00:01Z","expires_at":null,)"
      R"("tls":{"version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384"},)"
      R"("dtls":{"version":null,"cipher":null,"state":"none"},"mtu":1418,)"
      R"("rx_bytes":84,"tx_bytes":0,"rx_packets":1,"tx_packets":0})");
  EXPECT_EQ(SessionEntry::parse(sample().serialize()), sample());
  const std::vector<SessionEntry> two{sample(), SessionEntry{}};
  EXPECT_EQ(parse_sessions(serialize_sessions(two)), two);
}

TEST(AdminSessions, a_missing_key_is_named) {
  const auto entry = SessionEntry::parse(R"({"id":1,"state":"connected"})");
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().text, "the key 'user' is missing or of another type");
  EXPECT_FALSE(parse_sessions(R"([1])"));
  EXPECT_FALSE(parse_sessions(R"({})"));
}

TEST(AdminSessions, a_disconnect_order_names_whom_in_one_way) {
  for (const auto& order :
       {DisconnectOrder{.id = 7}, DisconnectOrder{.user = "alice"}, DisconnectOrder{.all = true}}) {
    EXPECT_EQ(DisconnectOrder::parse(order.serialize()), order);
  }
  EXPECT_FALSE(DisconnectOrder::parse("{}"));
  EXPECT_FALSE(DisconnectOrder::parse(R"({"id":7,"all":true})"));
  EXPECT_FALSE(DisconnectOrder::parse(R"({"id":"7"})"));
}

}  // namespace sallyport::proto
