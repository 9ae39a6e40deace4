// Keys, certificates and handshakes in memory for this module's tests. Included by tests only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls/client_context.hpp"
#include "tls/server_context.hpp"

namespace sallyport::tls::test {

using namespace std::chrono_literals;

// The present of all tests; certificates are good from a year before to a year after it.
inline constexpr std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1) + 12h;

inline KeyHandle share(const KeyHandle& key) {
  EVP_PKEY_up_ref(key.get());
  return KeyHandle(key.get());
}

inline KeyPair share(const KeyPair& pair) {
  return {pair.chain, share(pair.key)};
}

// Finding DSA parameters takes seconds, so this key is a fixed one.
inline constexpr std::string_view dsa_key_pem = R"(-----BEGIN PRIVATE KEY-----
MIICXQIBADCCAjUGByqGSM44BAEwggIoAoIBAQCADF1CsWXS5iMxtxAUbSIbbitc
xanRpushRYxHh9AeHnxf7ikFrSD4ZAALTlqHqs/eCSGJXLw7irVx9JiXvzkc+HZm
YueuBrXy9aawDGcYo548cpMZprUNjo1POEmngjQ44W9n1wnRbtnd4V57nUeYS6XB
BHFyZAL2irraZWTIqU1lCB2whcO4PQ6EjUCY6UkBHXyvlElZr/a+tJTMHWJIvNXK
ykJNIhHwE7QgePq7u8BdzslBdIFmJOkG5C3DDMNGUfFDB9HMD+zd07iYweIry5mW
tHCzvSe3eM6Q2RnRpKAydJF56Fvje/ve/HLOaFQ85R8FWcgROnDv2RtsomEtAh0A
qUWt8krR28fPvE7m6tOerWNSIZpZO2X/9HOVeQKCAQAuoQkSqm9kapohzuUE2MOQ
MipIpHpQJSZUANdU3IZUSU7dE0yGLakSzJ/MxoN7DvTvDmYp1DUp9xqRnQUo2vEx
WvbBxZfzwFHqmnxQewWactcxcQdDHnoureSX3YrWC+UQpWNq6GXS41xl2tsr949v
eMXDiPAg84y/N1XUMRAqg5Bl65Eegno2WMzAxNFvinc5meXsER0ugw/wefvpmNFf
JcLw4F7PYOs4yDuSM40IZ62nhHgr5mRW61O528cATN1N5c9ZJRDR3FOBmIvIVTM9
ydi3XG1OmjeZV72H2IIrq0jRGB9NiG9481DhpUzscv/DU3IQ+pfyRtyqv46CKpN4
BB8CHQCLOgUxU0h3oB8rTUq0/5zRaIN0RNFS+MW6Ebxa
-----END PRIVATE KEY-----
)";

inline KeyHandle make_dsa_key() {
  BIO* in = BIO_new_mem_buf(dsa_key_pem.data(), static_cast<int>(dsa_key_pem.size()));
  KeyHandle key(PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr));
  BIO_free(in);
  return key;
}

// Made with: openssl req -x509 -newkey ed25519 -nodes -subj /O=Example/CN=fixed.example.com -days 1
inline constexpr std::string_view fixed_pem = R"(-----BEGIN CERTIFICATE-----
MIIBcTCCASOgAwIBAgIUHX4Tk+O5kzBsHnyTMPIVsLxejdgwBQYDK2VwMC4xEDAO
BgNVBAoMB0V4YW1wbGUxGjAYBgNVBAMMEWZpeGVkLmV4YW1wbGUuY29tMB4XDTI2
MTEyMTA3MDkzMVoXDTI2MTEyMjA3MDkzMVowLjEQMA4GA1UECgwHRXhhbXBsZTEa
MBgGA1UEAwwRZml4ZWQuZXhhbXBsZS5jb20wKjAFBgMrZXADIQDoKnnjiiaUJSWZ
eUrdgnz1mGXYIxNnUIeYpeYzZApVPqNTMFEwHQYDVR0OBBYEFNfMBzHIQg0GlDks
X0wrfrq6t068MB8GA1UdIwQYMBaAFNfMBzHIQg0GlDksX0wrfrq6t068MA8GA1Ud
EwEB/wQFMAMBAf8wBQYDK2VwA0EA0rys8K8OJhHmUIIGA2h+KRSrZvn35LLlbLe7
uPrDl7x0OAVQpFB5Ro6l3By4yfgb/A3bq4IdwwZdnVbvJT5SCA==
-----END CERTIFICATE-----
)";

// One RSA and one DSA key serve all tests: making an RSA key takes long.
inline KeyHandle make_key(KeyType type) {
  if (type == KeyType::rsa) {
    static const auto& rsa = *new KeyHandle(EVP_RSA_gen(2048));
    return share(rsa);
  }
  if (type == KeyType::dsa) {
    static const auto& dsa = *new KeyHandle(make_dsa_key());
    return share(dsa);
  }
  if (type == KeyType::ed25519) return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return KeyHandle(EVP_EC_gen("P-256"));
}

struct Wish {
  std::string common_name = "vpn.example.com";
  std::string alternative_names = "DNS:vpn.example.com";  // as in openssl.cnf; "" for none
  std::string raw_dns_name;                               // one more, taken as it is
  std::string user_id;
  std::string email;
  std::string usage = "serverAuth";  // "" for none
  bool is_authority = false;
  KeyType key_type = KeyType::ec;
  std::chrono::sys_seconds not_before = now - 365 * 24h;
  std::chrono::sys_seconds not_after = now + 365 * 24h;
};

inline void add_name(X509_NAME* name, int nid, const std::string& text) {
  if (text.empty()) return;
  X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
}

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline void add_raw_dns_name(X509* certificate, const std::string& text) {
  if (text.empty()) return;
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_DNS, value);
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  sk_GENERAL_NAME_push(names, name);
  X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0);
  GENERAL_NAMES_free(names);
}

// A certificate signed by `issuer_key`; without an issuer it signs itself.
inline CertificateHandle make_certificate(const Wish& wish, const KeyHandle& key, X509* issuer,
                                          const KeyHandle& issuer_key) {
  static long serial = 1000;
  CertificateHandle handle(X509_new());
  X509* certificate = handle.get();
  X509* signer = issuer != nullptr ? issuer : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), wish.not_before.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate), wish.not_after.time_since_epoch().count());
  X509_NAME* subject = X509_get_subject_name(certificate);
  add_name(subject, NID_commonName, wish.common_name);
  add_name(subject, NID_userId, wish.user_id);
  add_name(subject, NID_pkcs9_emailAddress, wish.email);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, key.get());
  add_extension(certificate, signer, NID_basic_constraints,
                wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(certificate, signer, NID_ext_key_usage, wish.usage);
  add_extension(certificate, signer, NID_subject_alt_name, wish.alternative_names);
  add_raw_dns_name(certificate, wish.raw_dns_name);
  const bool ed25519 = EVP_PKEY_get_id(issuer_key.get()) == EVP_PKEY_ED25519;
  EXPECT_GT(X509_sign(certificate, issuer_key.get(), ed25519 ? nullptr : EVP_sha256()), 0);
  return handle;
}

template <class Write>
std::string pem_of(Write write) {
  BIO* out = BIO_new(BIO_s_mem());
  write(out);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return pem;
}

inline std::string to_pem(const Certificate& certificate) {
  return pem_of([&](BIO* out) { PEM_write_bio_X509(out, certificate.native()); });
}

inline std::string to_pem(const KeyHandle& key, const char* passphrase = nullptr) {
  return pem_of([&](BIO* out) {
    PEM_write_bio_PKCS8PrivateKey(out, key.get(), passphrase != nullptr ? EVP_aes_128_cbc() : nullptr,
                                  nullptr, 0, nullptr, const_cast<char*>(passphrase));
  });
}

inline KeyPair self_signed(Wish wish) {
  auto key = make_key(wish.key_type);
  auto certificate = Certificate::from_native(make_certificate(wish, key, nullptr, key));
  return {CertificateChain(*certificate), std::move(key)};
}

class Authority {
 public:
  explicit Authority(std::string name = "Test CA")
      : pair_(self_signed(
            {.common_name = std::move(name), .alternative_names = "", .usage = "", .is_authority = true})) {}
  // An authority below another one, whose certificate goes into the chains it issues.
  Authority(std::string name, const Authority& parent)
      : pair_(parent.issue(
            {.common_name = std::move(name), .alternative_names = "", .usage = "", .is_authority = true})),
        is_root_(false) {}

  KeyPair issue(const Wish& wish) const {
    auto key = make_key(wish.key_type);
    auto leaf = Certificate::from_native(make_certificate(wish, key, certificate().native(), pair_.key));
    std::vector<Certificate> issuers;
    if (!is_root_) issuers.push_back(certificate());
    return {CertificateChain(*leaf, std::move(issuers)), std::move(key)};
  }

  const Certificate& certificate() const { return pair_.chain.leaf(); }
  std::string pem() const { return to_pem(certificate()); }

  std::string revocation_list(const std::vector<Certificate>& revoked,
                              std::chrono::sys_seconds next_update = now + 24h) const {
    X509_CRL* list = X509_CRL_new();
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate().native()));
    ASN1_TIME* time = ASN1_TIME_set(nullptr, (now - 48h).time_since_epoch().count());
    X509_CRL_set1_lastUpdate(list, time);
    for (const auto& each : revoked) {
      X509_REVOKED* entry = X509_REVOKED_new();
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each.native()));
      X509_REVOKED_set_revocationDate(entry, time);
      X509_CRL_add0_revoked(list, entry);
    }
    ASN1_TIME_set(time, next_update.time_since_epoch().count());
    X509_CRL_set1_nextUpdate(list, time);
    X509_CRL_sign(list, pair_.key.get(), EVP_sha256());
    auto pem = pem_of([&](BIO* out) { PEM_write_bio_X509_CRL(out, list); });
    ASN1_TIME_free(time);
    X509_CRL_free(list);
    return pem;
  }

 private:
  KeyPair pair_;
  bool is_root_ = true;
};

template <class... Pairs>
std::vector<KeyPair> list_of(Pairs&&... pairs) {
  std::vector<KeyPair> list;
  (list.push_back(share(pairs)), ...);
  return list;
}

// Opens, or fails the test with the reason.
inline ServerContext open_server(ServerSettings settings) {
  return or_throw(ServerContext::open(std::move(settings)));
}

inline ClientContext open_client(ClientSettings settings) {
  settings.system_trust = false;
  return or_throw(ClientContext::open(std::move(settings)));
}

// Both ends of one connection over memory.
struct Ends {
  Ends(const ServerContext& gateway, const ClientContext& from, std::string_view host = "vpn.example.com",
       Decision decide = {})
      : client(or_throw(from.connect(host, now, std::move(decide)))), server(or_throw(gateway.accept(now))) {
    client.attach_memory();
    server.attach_memory();
  }

  void pump() {
    server.feed(client.take_output());
    client.feed(server.take_output());
  }

  // True if both ends are done; otherwise client_step and server_step say how far they came.
  bool shake() {
    client_step = server_step = Step::want_read;
    for (int round = 0; round < 10; ++round) {
      if (client_step == Step::want_read) client_step = client.handshake();
      server.feed(client.take_output());
      if (server_step == Step::want_read) server_step = server.handshake();
      client.feed(server.take_output());
    }
    return client_step == Step::done && server_step == Step::done;
  }

  // Until a renegotiation is over. There is no data.
  void read_in_turn() {
    Bytes buffer(16);
    std::size_t size = 0;
    for (int round = 0; round < 4; ++round) {
      EXPECT_EQ(client.read(buffer, size), Step::want_read) << client.error().text;
      server.feed(client.take_output());
      EXPECT_EQ(server.read(buffer, size), Step::want_read) << server.error().text;
      client.feed(server.take_output());
    }
  }

  Ends& at_most_tls12() {
    SSL_set_max_proto_version(client.native(), TLS1_2_VERSION);
    return *this;
  }
  Ends& with_suite(const char* suite) {
    SSL_set_cipher_list(client.native(), suite);
    return at_most_tls12();
  }

  Connection client;
  Connection server;
  Step client_step = Step::want_read;
  Step server_step = Step::want_read;
};

// What `to` reads after `from` wrote `text`; "" if it reads nothing.
inline std::string send(Connection& from, Connection& to, std::string_view text) {
  std::size_t size = 0;
  if (from.write(as_bytes(text), size) != Step::done || size != text.size()) return "";
  to.feed(from.take_output());
  Bytes buffer(text.size() + 16);
  if (to.read(buffer, size) != Step::done) return "";
  return std::string(as_text(ByteView(buffer).first(size)));
}

}  // namespace sallyport::tls::test
