#include "proto/dtls_suites.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

// What openconnect 9.01 offers.
DtlsOffer openconnect() {
  return {.dtls = {"PSK-NEGOTIATE", "OC-DTLS1_2-AES256-GCM", "OC2-DTLS1_2-CHACHA20-POLY1305",
                   "OC-DTLS1_2-AES128-GCM", "DHE-RSA-AES256-SHA", "DHE-RSA-AES128-SHA", "AES256-SHA",
                   "AES128-SHA"},
          .dtls12 = {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "AES256-GCM-SHA384",
                     "AES128-GCM-SHA256", "DHE-RSA-AES256-SHA", "DHE-RSA-AES128-SHA", "AES256-SHA",
                     "AES128-SHA"}};
}

std::string chosen(const DtlsOffer& offer, const std::vector<std::string>& configured, bool legacy = false) {
  const auto* suite = choose_dtls_suite(offer, configured, legacy);
  if (suite == nullptr) return "none";
  return (suite->header == SuiteHeader::dtls ? "X-DTLS-" : "X-DTLS12-") + std::string(suite->name);
}

}  // namespace

TEST(DtlsSuites, the_configured_order_decides) {
  EXPECT_EQ(chosen(openconnect(), default_dtls_ciphers()), "X-DTLS-PSK-NEGOTIATE");
  EXPECT_EQ(chosen(openconnect(), {"AES128-GCM-SHA256", "AES256-GCM-SHA384"}), "X-DTLS12-AES128-GCM-SHA256");
  EXPECT_EQ(chosen(openconnect(), {"OC-DTLS1_2-AES128-GCM"}), "X-DTLS-OC-DTLS1_2-AES128-GCM");
  EXPECT_EQ(chosen(openconnect(), {}), "none");
}

TEST(DtlsSuites, a_name_is_answered_in_the_header_it_came_in) {
  EXPECT_EQ(chosen({.dtls = {}, .dtls12 = {"PSK-NEGOTIATE"}}, default_dtls_ciphers()),
            "X-DTLS12-PSK-NEGOTIATE");
  EXPECT_EQ(chosen({.dtls = {"AES256-GCM-SHA384"}, .dtls12 = {}}, default_dtls_ciphers()), "none");
  EXPECT_EQ(chosen({.dtls = {}, .dtls12 = {"OC-DTLS1_2-AES256-GCM"}}, default_dtls_ciphers()), "none");
}

TEST(DtlsSuites, names_are_compared_exactly) {
  EXPECT_EQ(chosen({.dtls = {"psk-negotiate", "PSK-NEGOTIATE2"}, .dtls12 = {}}, default_dtls_ciphers()),
            "none");
  EXPECT_EQ(find_dtls_suite(SuiteHeader::dtls12, "aes256-gcm-sha384"), nullptr);
}

TEST(DtlsSuites, dtls_0_9_is_never_answered) {
  for (const auto& suite : dtls_suites()) {
    if (suite.version != DtlsVersion::v0_9) continue;
    const std::string name(suite.name);
    EXPECT_EQ(chosen({.dtls = {name}, .dtls12 = {}}, {name}, true), "none") << name;
  }
  EXPECT_EQ(chosen({.dtls = {"AES128-SHA"}, .dtls12 = {"AES128-SHA"}}, {"AES128-SHA"}, true),
            "X-DTLS12-AES128-SHA");
}

TEST(DtlsSuites, cbc_needs_the_legacy_switch_and_comes_last) {
  const DtlsOffer cbc{.dtls = {}, .dtls12 = {"AES128-SHA", "AES256-SHA"}};
  EXPECT_EQ(chosen(cbc, default_dtls_ciphers()), "none");
  EXPECT_EQ(chosen(cbc, {"AES128-SHA"}), "none");
  EXPECT_EQ(chosen(cbc, default_dtls_ciphers(), true), "X-DTLS12-AES256-SHA");
  EXPECT_EQ(chosen(cbc, {"AES128-SHA"}, true), "X-DTLS12-AES128-SHA");
  EXPECT_EQ(chosen(openconnect(), {"AES128-GCM-SHA256"}, true), "X-DTLS12-AES128-GCM-SHA256");
}

TEST(DtlsSuites, every_default_of_the_gateway_is_known_and_modern) {
  for (const auto& name : default_dtls_ciphers()) {
    const auto* suite = find_dtls_suite(SuiteHeader::dtls, name);
    if (suite == nullptr) suite = find_dtls_suite(SuiteHeader::dtls12, name);
    ASSERT_NE(suite, nullptr) << name;
    EXPECT_EQ(suite->use, DtlsSuite::Use::modern);
  }
}

TEST(DtlsSuites, private_names_mean_openssls) {
  const auto* suite = find_dtls_suite(SuiteHeader::dtls, "OC-DTLS1_2-AES256-GCM");
  ASSERT_NE(suite, nullptr);
  EXPECT_EQ(suite->openssl_name, "AES256-GCM-SHA384");
  EXPECT_EQ(suite->mode, DtlsMode::resumption);
  EXPECT_EQ(find_dtls_suite(SuiteHeader::dtls, "AES256-SHA")->version, DtlsVersion::v0_9);
  EXPECT_EQ(find_dtls_suite(SuiteHeader::dtls12, "AES256-SHA")->version, DtlsVersion::v1_2);
}

TEST(DtlsSuites, the_client_offers_old_ciphers_only_when_told) {
  const auto offer = default_dtls_offer(false);
  EXPECT_EQ(offer.dtls,
            (std::vector<std::string>{"PSK-NEGOTIATE", "OC-DTLS1_2-AES256-GCM", "OC-DTLS1_2-AES128-GCM"}));
  EXPECT_EQ(offer.dtls12.size(), 6U);
  const auto insecure = default_dtls_offer(true);
  EXPECT_EQ(insecure.dtls.size(), 7U);
  EXPECT_EQ(insecure.dtls.back(), "AES128-SHA");
  EXPECT_EQ(insecure.dtls12.size(), 10U);
}

}  // namespace sallyport::proto
