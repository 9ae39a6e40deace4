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

TEST(TrustStore, removing_says_whether_there_was_one) {
  TrustStore store;
  store.allow("a:443", "x");
  EXPECT_TRUE(store.remove("a:443"));
  EXPECT_FALSE(store.remove("a:443"));
}

}  // namespace sallyport::client
