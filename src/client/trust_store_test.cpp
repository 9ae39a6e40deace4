#include "client/trust_store.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {

TEST(TrustStore, an_exception_is_for_one_gateway_and_one_key) {
  TrustStore store;
  store.allow("vpn.example.com:443", "pin-sha256:AAAA");
  EXPECT_TRUE(store.allows("vpn.example.com:443", "pin-sha256:AAAA"));
  EXPECT_FALSE(store.allows("vpn.example.com:443", "pin-sha256:BBBB"));
  EXPECT_FALSE(store.allows("vpn.example.com:8443", "pin-sha256:AAAA"));
  store.allow("vpn.example.com:443", "pin-sha256:BBBB");
  EXPECT_FALSE(store.allows("vpn.example.com:443", "pin-sha256:AAAA"));
}

TEST(TrustStore, reads_back_what_it_writes) {
  TrustStore store;
  store.allow("a:443", "pin-sha256:AAAA");
  store.allow("[2001:db8::1]:443", "pin-sha256:BBBB");
  const auto again = TrustStore::parse(store.serialize());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->exceptions(), store.exceptions());
}

TEST(TrustStore, names_the_line_it_cannot_read) {
  const auto store = TrustStore::parse("# comment\n\nvpn.example.com:443\n");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().text, "line 3: HOST:PORT and a fingerprint are expected");
}

const std::string pin = "pin-sha256:" + std::string(43, 'A') + "=";

TEST(TrustStore, a_connection_may_shorten_it_and_no_more) {
  TrustStore before;
  before.allow("a:443", "pin-sha256:AAAA");
  before.allow("b:443", "pin-sha256:BBBB");
  auto after = before;
  EXPECT_TRUE(after.check_after(before, false));
  after.remove("a:443");
  EXPECT_TRUE(after.check_after(before, false));
  after.allow("b:443", pin);
  EXPECT_EQ(after.check_after(before, false).error().text, "the user allowed no further gateway");
}

TEST(TrustStore, with_the_users_wish_a_few_more_come_that_make_sense) {
  TrustStore store;
  for (const auto* gateway :
       {"vpn.example.com:443", "192.0.2.1:8443", "2001:db8::1:443", "d:1", "e:1", "f:1", "g:1", "h:1"}) {
    store.allow(gateway, pin);
  }
  EXPECT_TRUE(store.check_after({}, true));
  EXPECT_FALSE(store.check_after({}, false));
  store.allow("i:1", pin);
  EXPECT_EQ(store.check_after({}, true).error().text, "there are too many new ones");
}

TEST(TrustStore, what_makes_no_sense_does_not_come) {
  for (const auto* gateway :
       {"vpn", "vpn:", "vpn:0443", "VPN:443", "vpn/x:443", "vpn:443/x", ":443", "a\x1b:1"}) {
    TrustStore store;
    store.allow(gateway, pin);
    EXPECT_FALSE(store.check_after({}, true)) << gateway;
  }
  for (const auto* bad : {"pin-sha256:AAAA", "sha1:AAAA", "", "pin-sha256:x y"}) {
    TrustStore store;
    store.allow("vpn:443", bad);
    EXPECT_FALSE(store.check_after({}, true)) << bad;
  }
}

TEST(TrustStore, removing_says_whether_there_was_one) {
  TrustStore store;
  store.allow("a:443", "x");
  EXPECT_TRUE(store.remove("a:443"));
  EXPECT_FALSE(store.remove("a:443"));
}

}  // namespace sallyport::client
