#include "gateway/dtls.hpp"

#include <gtest/gtest.h>

namespace sallyport::gateway {
namespace {

Address ip(std::string_view text) {
  return *Address::parse(text);
}

proto::GatewaySettings settings(const std::vector<std::string>& listeners = {"192.0.2.1:4443"}) {
  proto::GatewaySettings settings;
  for (const auto& text : listeners) settings.dtls.listeners.push_back(*Endpoint::parse(text));
  settings.dtls.ciphers = proto::default_dtls_ciphers();
  return settings;
}

proto::ConnectRequest request(std::vector<std::string> dtls, std::vector<std::string> dtls12 = {}) {
  proto::ConnectRequest request;
  request.dtls_suites = std::move(dtls);
  request.dtls12_suites = std::move(dtls12);
  request.master_secret = Secret(Bytes(48, 7));
  return request;
}

std::string chosen(const proto::ConnectRequest& request, const proto::GatewaySettings& with = settings()) {
  const auto terms = or_throw(choose_dtls(request, with, ip("192.0.2.1")));
  return terms ? std::string(terms->suite->name) : "none";
}

TEST(GatewayDtls, chooses_the_first_of_the_gateways_that_is_offered) {
  EXPECT_EQ(chosen(request({"OC-DTLS1_2-AES128-GCM", "PSK-NEGOTIATE"}, {"AES128-GCM-SHA256"})),
            "PSK-NEGOTIATE");
  EXPECT_EQ(chosen(request({"OC-DTLS1_2-AES128-GCM"}, {"AES128-GCM-SHA256"})), "AES128-GCM-SHA256");
  EXPECT_EQ(chosen(request({"AES256-SHA"})), "none");  // DTLS 0.9
  EXPECT_EQ(chosen(request({})), "none");
}

TEST(GatewayDtls, without_a_master_secret_there_is_no_session_to_resume) {
  auto without = request({"PSK-NEGOTIATE"}, {"AES256-GCM-SHA384"});
  without.master_secret = {};
  EXPECT_EQ(chosen(without), "PSK-NEGOTIATE");
  without.dtls_suites.clear();
  EXPECT_EQ(chosen(without), "none");
  without.dtls12_suites = {"AES256-SHA"};
  auto legacy = settings();
  legacy.tls.legacy = true;
  EXPECT_EQ(chosen(without, legacy), "none");
}

TEST(GatewayDtls, cbc_is_for_the_legacy_switch) {
  const auto old = request({}, {"AES128-SHA"});
  EXPECT_EQ(chosen(old), "none");
  auto legacy = settings();
  legacy.tls.legacy = true;
  EXPECT_EQ(chosen(old, legacy), "AES128-SHA");
}

TEST(GatewayDtls, datagrams_must_be_taken_at_the_address_that_the_client_knows) {
  const auto port = [](const std::vector<std::string>& listeners, std::string_view local) {
    const auto terms = or_throw(choose_dtls(request({"PSK-NEGOTIATE"}), settings(listeners), ip(local)));
    return terms ? terms->port : 0;
  };
  EXPECT_EQ(port({"192.0.2.1:4443", "[2001:db8::1]:4444"}, "192.0.2.1"), 4443);
  EXPECT_EQ(port({"192.0.2.1:4443", "[2001:db8::1]:4444"}, "2001:db8::1"), 4444);
  EXPECT_EQ(port({"192.0.2.1:4443"}, "2001:db8::1"), 0);
  EXPECT_EQ(port({"0.0.0.0:443"}, "192.0.2.1"), 443);
  EXPECT_EQ(port({"0.0.0.0:443"}, "2001:db8::1"), 0);
  EXPECT_EQ(port({"[::]:443"}, "192.0.2.1"), 443);
  EXPECT_EQ(port({"[::]:443"}, "2001:db8::1"), 443);
  EXPECT_EQ(port({}, "192.0.2.1"), 0);
}

TEST(GatewayDtls, every_session_has_an_id_of_its_own) {
  const auto first = or_throw(choose_dtls(request({"PSK-NEGOTIATE"}), settings(), ip("192.0.2.1")));
  const auto second = or_throw(choose_dtls(request({"PSK-NEGOTIATE"}), settings(), ip("192.0.2.1")));
  EXPECT_EQ(first->session_id.size(), 32U);
  EXPECT_NE(first->session_id, second->session_id);
  EXPECT_EQ(first->session_id.front(), 0);  // the worker
}

}  // namespace
}  // namespace sallyport::gateway
