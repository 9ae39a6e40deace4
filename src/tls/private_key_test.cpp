#include "tls/private_key.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "tls/library.hpp"
#include "tls/private_key_samples.hpp"

namespace sallyport::tls {
namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* it) { EVP_MD_CTX_free(it); })>;

class PrivateKeyTest : public testing::Test {
 protected:
  PrivateKey load(EVP_PKEY& key) const { return or_throw(PrivateKey::load(samples::pem_of(key), *library)); }

  std::unique_ptr<Library> library = or_throw(Library::open());
};

Bytes digest_of(KeyDigest digest, std::string_view message) {
  Bytes out(traits_of(digest).size);
  EVP_Q_digest(nullptr, traits_of(digest).name, nullptr, message.data(), message.size(), out.data(), nullptr);
  return out;
}

bool verifies(EVP_PKEY& key, KeyPadding padding, KeyDigest digest, std::string_view message,
              ByteView signature) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const char* name = digest == KeyDigest::none ? nullptr : traits_of(digest).name;
  if (EVP_DigestVerifyInit_ex(context.get(), &parameters, name, nullptr, nullptr, &key, nullptr) != 1)
    return false;
  if (padding == KeyPadding::pss) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), as_bytes(message).data(),
                          message.size()) == 1;
}

std::vector<EVP_PKEY*> every_key() {
  return {&samples::rsa_key(), &samples::ec_key(), &samples::p384_key(), &samples::ed25519_key(),
          &samples::dsa_key()};
}

Bytes encrypt(EVP_PKEY& key, ByteView plain, int padding) {
  const KeyContext context(EVP_PKEY_CTX_new(&key, nullptr));
  EVP_PKEY_encrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), padding);
  Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(&key)));
  std::size_t size = out.size();
  EXPECT_EQ(EVP_PKEY_encrypt(context.get(), out.data(), &size, plain.data(), plain.size()), 1);
  return out;
}

Bytes premaster(std::uint16_t version) {
  Bytes out(48, 0x5a);
  out[0] = static_cast<std::uint8_t>(version >> 8);
  out[1] = static_cast<std::uint8_t>(version);
  return out;
}

TEST_F(PrivateKeyTest, loads_every_type_and_tells_its_public_half) {
  for (auto* key : every_key()) {
    const auto der = load(*key).public_key();
    const auto* position = der.data();
    const KeyHandle read(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(EVP_PKEY_eq(read.get(), key), 1) << EVP_PKEY_get0_type_name(key);
  }
}

TEST_F(PrivateKeyTest, loads_the_traditional_forms) {
  for (auto* key : {&samples::rsa_key(), &samples::ec_key(), &samples::dsa_key()}) {
    const auto pem = samples::traditional_pem_of(*key);
    ASSERT_EQ(pem.reveal_text().find("-----BEGIN PRIVATE KEY"), std::string_view::npos);
    const auto loaded = PrivateKey::load(pem, *library);
    ASSERT_TRUE(loaded) << loaded.error().text;
    EXPECT_FALSE(loaded->public_key().empty());
  }
}

TEST_F(PrivateKeyTest, loads_a_key_behind_other_blocks) {
  const auto pem = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" +
                   std::string(samples::traditional_pem_of(samples::ec_key()).reveal_text());
  EXPECT_TRUE(PrivateKey::load(Secret(pem), *library));
}

TEST_F(PrivateKeyTest, names_encryption_as_the_reason_it_refuses) {
  for (const auto& pem : {samples::pem_of(samples::rsa_key(), "secret"),
                          samples::traditional_pem_of(samples::rsa_key(), "secret")}) {
    const auto loaded = PrivateKey::load(pem, *library);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().text, "is encrypted with a passphrase, which is not supported");
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

TEST_F(PrivateKeyTest, refuses_other_types_and_curves_and_no_key_at_all) {
  const KeyHandle p521(EVP_EC_gen("P-521"));
  const auto on_p521 = PrivateKey::load(samples::pem_of(*p521), *library);
  ASSERT_FALSE(on_p521);
  EXPECT_EQ(on_p521.error().text, "is on the curve secp521r1; P-256 and P-384 are supported");

  const KeyHandle x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  const auto other = PrivateKey::load(samples::pem_of(*x25519), *library);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().text, "is of the type X25519; RSA, EC, Ed25519 and DSA are supported");

  for (const auto* text : {"", "hello", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"}) {
    const auto none = PrivateKey::load(Secret(std::string_view(text)), *library);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::malformed);
  }
}

struct Signing {
  EVP_PKEY& key;
  KeyPadding padding;
  KeyDigest digest;
};

std::vector<Signing> signings_of_tls() {
  using enum KeyDigest;
  std::vector<Signing> all;
  for (const auto digest : {md5_sha1, sha1, sha224, sha256, sha384, sha512})
    all.push_back({samples::rsa_key(), KeyPadding::pkcs1, digest});
  for (const auto digest : {sha256, sha384, sha512})
    all.push_back({samples::rsa_key(), KeyPadding::pss, digest});
  for (auto* key : {&samples::ec_key(), &samples::p384_key(), &samples::dsa_key()})
    for (const auto digest : {sha1, sha224, sha256, sha384, sha512})
      all.push_back({*key, KeyPadding::none, digest});
  return all;
}

std::uint16_t salt_for(KeyPadding padding, KeyDigest digest) {
  return padding == KeyPadding::pss ? static_cast<std::uint16_t>(traits_of(digest).size) : std::uint16_t{0};
}

TEST_F(PrivateKeyTest, signs_digests_as_tls_needs_them) {
  for (const auto& [key, padding, digest] : signings_of_tls()) {
    const auto signature =
        load(key).sign(padding, digest, salt_for(padding, digest), digest_of(digest, "message"));
    ASSERT_TRUE(signature) << signature.error().text;
    EXPECT_TRUE(verifies(key, padding, digest, "message", *signature)) << traits_of(digest).name;
    EXPECT_FALSE(verifies(key, padding, digest, "another", *signature));
  }
}

TEST_F(PrivateKeyTest, signs_messages_with_ed25519) {
  const auto signature =
      load(samples::ed25519_key()).sign(KeyPadding::none, KeyDigest::none, 0, as_bytes("message"));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(verifies(samples::ed25519_key(), KeyPadding::none, KeyDigest::none, "message", *signature));
}

TEST_F(PrivateKeyTest, refuses_to_sign_what_is_not_of_tls) {
  using enum KeyDigest;
  const auto pkcs1 = KeyPadding::pkcs1;
  const auto pss = KeyPadding::pss;
  const auto no_padding = KeyPadding::none;
  const auto no_digest = KeyDigest::none;
  const auto rsa = load(samples::rsa_key());
  const auto ec = load(samples::ec_key());
  const auto dsa = load(samples::dsa_key());
  const auto ed25519 = load(samples::ed25519_key());
  const Bytes zeroes(256);
  const auto digest = ByteView(zeroes).first(32);

  ASSERT_TRUE(rsa.sign(pkcs1, sha256, 0, digest));
  ASSERT_TRUE(rsa.sign(pss, sha256, 32, digest));
  ASSERT_TRUE(ec.sign(no_padding, sha256, 0, digest));

  EXPECT_FALSE(rsa.sign(pkcs1, no_digest, 0, zeroes));                         // a block of one's own
  EXPECT_FALSE(rsa.sign(no_padding, no_digest, 0, zeroes));                    // the raw operation
  EXPECT_FALSE(rsa.sign(no_padding, sha256, 0, digest));                       // no padding
  EXPECT_FALSE(rsa.sign(pss, sha256, 20, digest));                             // salt too short
  EXPECT_FALSE(rsa.sign(pkcs1, sha256, 32, digest));                           // salt without PSS
  EXPECT_FALSE(rsa.sign(pss, sha1, 20, digest.first(20)));                     // not in TLS
  EXPECT_FALSE(rsa.sign(pss, md5_sha1, 36, ByteView(zeroes).first(36)));       // not in TLS
  EXPECT_FALSE(rsa.sign(pkcs1, sha256, 0, digest.first(31)));                  // wrong length
  EXPECT_FALSE(ec.sign(no_padding, sha384, 0, digest));                        // wrong length
  EXPECT_FALSE(ec.sign(pkcs1, sha256, 0, digest));                             // padding without RSA
  EXPECT_FALSE(ec.sign(no_padding, md5_sha1, 0, ByteView(zeroes).first(36)));  // RSA only
  EXPECT_FALSE(dsa.sign(no_padding, no_digest, 0, digest));                    // Ed25519 only
  EXPECT_FALSE(ed25519.sign(no_padding, sha256, 0, digest));                   // a digest
  EXPECT_FALSE(ed25519.sign(pss, no_digest, 0, digest));                       // padding without RSA
  EXPECT_FALSE(ed25519.sign(no_padding, no_digest, 0, Bytes(max_key_input + 1)));
}

TEST_F(PrivateKeyTest, opens_a_premaster) {
  const auto key = load(samples::rsa_key());
  const auto plain = premaster(0x0303);
  const auto opened = key.decrypt_premaster(encrypt(samples::rsa_key(), plain, RSA_PKCS1_PADDING), 0x0303, 0);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, Secret(plain));
}

TEST_F(PrivateKeyTest, accepts_the_negotiated_version_only_if_told_to) {
  const auto key = load(samples::rsa_key());
  const auto plain = premaster(0x0302);
  const auto encrypted = encrypt(samples::rsa_key(), plain, RSA_PKCS1_PADDING);
  EXPECT_EQ(or_throw(key.decrypt_premaster(encrypted, 0x0303, 0x0302)), Secret(plain));
  EXPECT_NE(or_throw(key.decrypt_premaster(encrypted, 0x0303, 0)), Secret(plain));
}

TEST_F(PrivateKeyTest, gives_random_bytes_for_bad_padding_and_for_wrong_lengths_inside) {
  const auto key = load(samples::rsa_key());
  Bytes no_padding(256, 0x42);
  no_padding[0] = 0;
  const std::array bad{encrypt(samples::rsa_key(), no_padding, RSA_NO_PADDING),
                       encrypt(samples::rsa_key(), Bytes(47, 3), RSA_PKCS1_PADDING),
                       encrypt(samples::rsa_key(), premaster(0x0301), RSA_PKCS1_PADDING)};
  for (const auto& encrypted : bad) {
    const auto first = key.decrypt_premaster(encrypted, 0x0303, 0);
    const auto second = key.decrypt_premaster(encrypted, 0x0303, 0);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->size(), 48U);
    EXPECT_NE(*first, *second);
    EXPECT_NE(*first, Secret(Bytes(48)));
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

TEST_F(PrivateKeyTest, refuses_to_decrypt_with_a_wrong_length_version_or_key) {
  const auto key = load(samples::rsa_key());
  auto encrypted = encrypt(samples::rsa_key(), premaster(0x0303), RSA_PKCS1_PADDING);
  EXPECT_FALSE(key.decrypt_premaster(encrypted, 0, 0));
  EXPECT_FALSE(key.decrypt_premaster(ByteView(encrypted).first(255), 0x0303, 0));
  EXPECT_FALSE(load(samples::ec_key()).decrypt_premaster(encrypted, 0x0303, 0));
  encrypted.push_back(0);
  EXPECT_FALSE(key.decrypt_premaster(encrypted, 0x0303, 0));
}

}  // namespace
}  // namespace sallyport::tls
