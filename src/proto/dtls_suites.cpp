#include "proto/dtls_suites.hpp"

#include <algorithm>
#include <array>

namespace sallyport::proto {

namespace {

using enum DtlsMode;
using enum DtlsVersion;
using enum SuiteHeader;
using Use = DtlsSuite::Use;

// The names are Cisco's and openconnect's (observed with openconnect 9.01 and ocserv 1.1.6). A name without
// "OC" or "PSK" in X-DTLS-CipherSuite means DTLS 0.9. Single DES and 3DES are left out: refused everywhere.
// The PSK mode's record is that of its first suite; the handshake may end with another AEAD.
constexpr std::array<DtlsSuite, 19> suites{{
    {dtls, psk_negotiate, psk, v1_2, "kPSK+AESGCM:kPSK+CHACHA20", dtls_aes_gcm, Use::modern},
    {dtls12, psk_negotiate, psk, v1_2, "kPSK+AESGCM:kPSK+CHACHA20", dtls_aes_gcm, Use::modern},
    {dtls12, "ECDHE-RSA-AES256-GCM-SHA384", resumption, v1_2, "ECDHE-RSA-AES256-GCM-SHA384", dtls_aes_gcm,
     Use::modern},
    {dtls12, "ECDHE-ECDSA-AES256-GCM-SHA384", resumption, v1_2, "ECDHE-ECDSA-AES256-GCM-SHA384", dtls_aes_gcm,
     Use::modern},
    {dtls12, "AES256-GCM-SHA384", resumption, v1_2, "AES256-GCM-SHA384", dtls_aes_gcm, Use::modern},
    {dtls12, "ECDHE-RSA-AES128-GCM-SHA256", resumption, v1_2, "ECDHE-RSA-AES128-GCM-SHA256", dtls_aes_gcm,
     Use::modern},
    {dtls12, "ECDHE-ECDSA-AES128-GCM-SHA256", resumption, v1_2, "ECDHE-ECDSA-AES128-GCM-SHA256", dtls_aes_gcm,
     Use::modern},
    {dtls12, "AES128-GCM-SHA256", resumption, v1_2, "AES128-GCM-SHA256", dtls_aes_gcm, Use::modern},
    {dtls, "OC-DTLS1_2-AES256-GCM", resumption, v1_2, "AES256-GCM-SHA384", dtls_aes_gcm, Use::modern},
    {dtls, "OC-DTLS1_2-AES128-GCM", resumption, v1_2, "AES128-GCM-SHA256", dtls_aes_gcm, Use::modern},
    // Offered by openconnect with GnuTLS, answered by no gateway known.
    {dtls, "OC2-DTLS1_2-CHACHA20-POLY1305", resumption, v1_2, "PSK-CHACHA20-POLY1305", dtls_chacha20,
     Use::client},
    {dtls12, "DHE-RSA-AES256-SHA", resumption, v1_2, "DHE-RSA-AES256-SHA", dtls_cbc_sha1, Use::legacy},
    {dtls12, "DHE-RSA-AES128-SHA", resumption, v1_2, "DHE-RSA-AES128-SHA", dtls_cbc_sha1, Use::legacy},
    {dtls12, "AES256-SHA", resumption, v1_2, "AES256-SHA", dtls_cbc_sha1, Use::legacy},
    {dtls12, "AES128-SHA", resumption, v1_2, "AES128-SHA", dtls_cbc_sha1, Use::legacy},
    {dtls, "DHE-RSA-AES256-SHA", resumption, v0_9, "DHE-RSA-AES256-SHA", dtls_cbc_sha1, Use::client},
    {dtls, "DHE-RSA-AES128-SHA", resumption, v0_9, "DHE-RSA-AES128-SHA", dtls_cbc_sha1, Use::client},
    {dtls, "AES256-SHA", resumption, v0_9, "AES256-SHA", dtls_cbc_sha1, Use::client},
    {dtls, "AES128-SHA", resumption, v0_9, "AES128-SHA", dtls_cbc_sha1, Use::client},
}};

}  // namespace

std::span<const DtlsSuite> dtls_suites() {
  return suites;
}

const DtlsSuite* find_dtls_suite(SuiteHeader header, std::string_view name) {
  const auto* found = std::ranges::find_if(
      suites, [&](const DtlsSuite& suite) { return suite.header == header && suite.name == name; });
  return found == suites.end() ? nullptr : found;
}

const DtlsSuite* choose_dtls_suite(const DtlsOffer& offer, std::span<const std::string> configured,
                                   bool legacy) {
  auto offered = [&](const DtlsSuite& suite) {
    return std::ranges::find(offer.of(suite.header), suite.name) != offer.of(suite.header).end();
  };
  for (const auto& name : configured) {
    for (const auto& suite : suites) {
      const bool allowed = suite.use == Use::modern || (suite.use == Use::legacy && legacy);
      if (suite.name == name && allowed && offered(suite)) return &suite;
    }
  }
  for (const auto& suite : suites) {
    if (legacy && suite.use == Use::legacy && offered(suite)) return &suite;
  }
  return nullptr;
}

std::vector<std::string> default_dtls_ciphers() {
  return {"PSK-NEGOTIATE",     "ECDHE-RSA-AES256-GCM-SHA384", "AES256-GCM-SHA384",
          "AES128-GCM-SHA256", "OC-DTLS1_2-AES256-GCM",       "OC-DTLS1_2-AES128-GCM"};
}

DtlsOffer default_dtls_offer(bool insecure) {
  DtlsOffer offer;
  for (const auto& suite : suites) {
    if (suite.mode == psk && suite.header == dtls12) continue;  // known in the other list only
    const bool modern = suite.use == Use::modern;
    const bool cbc = suite.record == dtls_cbc_sha1;
    if (!modern && !(insecure && cbc)) continue;
    (suite.header == dtls ? offer.dtls : offer.dtls12).emplace_back(suite.name);
  }
  return offer;
}

}  // namespace sallyport::proto
