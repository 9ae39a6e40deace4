// For the tests of Connection: both ends, before and after their handshake.
#pragma once

#include "tls/test_support.hpp"

namespace sallyport::tls::test {

class ConnectionTest : public testing::Test {
 protected:
  Ends ends() const { return {server_, client_}; }
  Ends shaken() const {
    Ends both(server_, client_);
    EXPECT_TRUE(both.shake()) << both.client.error().text << both.server.error().text;
    return both;
  }
  Ends shaken12() const {
    Ends both(server_, client_);
    EXPECT_TRUE(both.at_most_tls12().shake()) << both.client.error().text;
    return both;
  }

  Authority authority_;
  ServerContext server_ = open_server({.pairs = list_of(authority_.issue({}))});
  ClientContext client_ = open_client({.authorities = authority_.pem()});
};

}  // namespace sallyport::tls::test
