#include "tls/certificate.hpp"

#include <gmock/gmock.h>

#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

Result<Certificate> make(const Wish& wish) {
  const auto key = make_key(wish.key_type);
  return Certificate::from_native(make_certificate(wish, key, nullptr, key));
}

TEST(Certificate, gives_the_hash_that_openssl_prints) {
  const auto chain = CertificateChain::parse(fixed_pem);
  ASSERT_TRUE(chain) << chain.error().text;
  EXPECT_EQ(chain->leaf().fingerprint(), "6C1D190D5199AB816454A115BA6C423DA65E40A8");
  EXPECT_EQ(chain->leaf().subject(), "CN=fixed.example.com,O=Example");
  EXPECT_EQ(chain->leaf().issuer(), chain->leaf().subject());
  EXPECT_EQ(chain->leaf().key_type(), KeyType::ed25519);
}

TEST(Certificate, round_trips_through_der) {
  const auto certificate = make({});
  const auto again = Certificate::from_der(certificate->der());
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(*again, *certificate);
  EXPECT_EQ(again->der(), certificate->der());
  EXPECT_NE(*again, *make({}));
}

TEST(Certificate, refuses_bytes_that_are_not_exactly_one_certificate) {
  auto der = make({})->der();
  der.push_back(0);
  EXPECT_EQ(Certificate::from_der(der).error().text, "bytes follow the certificate");
  der.resize(der.size() / 2);
  EXPECT_FALSE(Certificate::from_der(der));
  EXPECT_FALSE(Certificate::from_der({}));
  EXPECT_EQ(Certificate::from_der(Bytes(70000, 0x30)).error().text, "the certificate is too large");
}

TEST(Certificate, names_the_user_in_four_ways) {
  const auto certificate =
      make({.common_name = "Jürgen",
            .alternative_names = "email:j@example.com,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:j@corp.example",
            .user_id = "jdoe",
            .email = "old@example.com"});
  ASSERT_TRUE(certificate) << certificate.error().text;
  EXPECT_EQ(certificate->common_name(), "Jürgen");
  EXPECT_EQ(certificate->user_id(), "jdoe");
  EXPECT_EQ(certificate->email(), "j@example.com");
  EXPECT_EQ(certificate->principal_name(), "j@corp.example");
}

TEST(Certificate, lacks_the_names_that_are_not_there) {
  const auto certificate = make({.common_name = "", .alternative_names = "", .email = "a@example.com"});
  EXPECT_EQ(certificate->common_name(), std::nullopt);
  EXPECT_EQ(certificate->user_id(), std::nullopt);
  EXPECT_EQ(certificate->principal_name(), std::nullopt);
  EXPECT_EQ(certificate->email(), "a@example.com");
}

TEST(Certificate, refuses_a_nul_byte_in_a_name) {
  using namespace std::string_literals;
  const auto in_common_name = make({.common_name = "admin\0.evil.example"s});
  ASSERT_FALSE(in_common_name);
  EXPECT_EQ(in_common_name.error().text, "a name in the certificate has a NUL byte inside");
  EXPECT_FALSE(make({.user_id = "root\0x"s}));
  EXPECT_FALSE(make({.alternative_names = "", .raw_dns_name = "vpn.example.com\0.evil.example"s}));
}

TEST(Certificate, escapes_what_could_break_a_line_of_text) {
  EXPECT_EQ(make({.common_name = "a\nb,c"})->subject(), "CN=a\\0Ab\\,c");
}

TEST(Certificate, knows_its_validity) {
  const auto certificate = make({});
  EXPECT_EQ(certificate->not_before(), now - 365 * 24h);
  EXPECT_EQ(certificate->not_after(), now + 365 * 24h);
}

TEST(Certificate, knows_its_key_type) {
  for (auto type : {KeyType::rsa, KeyType::ec, KeyType::ed25519, KeyType::dsa}) {
    const auto certificate = make({.key_type = type});
    EXPECT_EQ(certificate->key_type(), type) << name_of(type);
    EXPECT_NE(certificate->native_public_key(), nullptr);
  }
}

TEST(Certificate, gives_the_subject_public_key_info) {
  const auto key = make_key(KeyType::ec);
  const auto certificate = Certificate::from_native(make_certificate({}, key, nullptr, key));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  EXPECT_EQ(certificate->public_key(), Bytes(der, der + size));
  OPENSSL_free(der);
}

TEST(Certificate, matches_hosts_by_alternative_name_only) {
  const auto certificate =
      make({.common_name = "cn.example.com",
            .alternative_names = "DNS:vpn.example.com,DNS:*.wild.example.com,IP:192.0.2.1,IP:2001:db8::1"});
  EXPECT_THAT(certificate->hosts(),
              testing::ElementsAre("vpn.example.com", "*.wild.example.com", "192.0.2.1", "2001:db8::1"));
  for (const auto* host : {"vpn.example.com", "VPN.Example.Com", "vpn.example.com.", "a.wild.example.com",
                           "192.0.2.1", "2001:db8:0::1"}) {
    EXPECT_TRUE(certificate->matches_host(host)) << host;
  }
  for (const auto* host : {"cn.example.com", "example.com", "a.vpn.example.com", "wild.example.com",
                           "a.b.wild.example.com", ".example.com", "", ".", "192.0.2.2", "2001:db8::2"}) {
    EXPECT_FALSE(certificate->matches_host(host)) << host;
  }
}

TEST(Certificate, lets_a_wildcard_stand_for_a_whole_label_only) {
  const auto certificate = make({.alternative_names = "DNS:v*.example.com"});
  EXPECT_FALSE(certificate->matches_host("vpn.example.com"));
}

TEST(Certificate, does_not_take_an_address_in_a_dns_name_for_one) {
  EXPECT_FALSE(make({.alternative_names = "DNS:192.0.2.1"})->matches_host("192.0.2.1"));
}

TEST(CertificateChain, keeps_the_order_of_the_file_and_skips_other_blocks) {
  const auto first = make({.common_name = "first"});
  const auto second = make({.common_name = "second"});
  const auto chain = CertificateChain::parse("text before\n" + to_pem(make_key(KeyType::ec)) +
                                             to_pem(*first) + to_pem(*second));
  ASSERT_TRUE(chain) << chain.error().text;
  EXPECT_THAT(chain->certificates(), testing::ElementsAre(*first, *second));
  EXPECT_EQ(chain->leaf(), *first);
}

std::string error_of(const std::string& pem) {
  const auto chain = CertificateChain::parse(pem);
  return chain ? "no error" : chain.error().text;
}

TEST(CertificateChain, says_what_is_wrong_with_a_file) {
  const auto certificate = to_pem(*make({}));
  EXPECT_EQ(error_of(""), "no certificate in PEM form inside");
  EXPECT_EQ(error_of(to_pem(make_key(KeyType::ec))), "no certificate in PEM form inside");
  EXPECT_EQ(error_of(std::string(70000, 'x')), "more than 64 KB");
  std::string eleven;
  for (int i = 0; i < 11; ++i) eleven += certificate;
  EXPECT_EQ(error_of(eleven), "more than 10 certificates");
  std::string broken = certificate;
  broken.replace(28, 4, "AAAA");  // the first bytes after the BEGIN line
  EXPECT_THAT(error_of(broken), testing::StartsWith("a certificate cannot be read"));
  EXPECT_FALSE(CertificateChain::parse(certificate + certificate.substr(0, 200)));
}

}  // namespace
}  // namespace sallyport::tls
