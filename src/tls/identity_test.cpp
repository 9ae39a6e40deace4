#include "tls/identity.hpp"

#include <gmock/gmock.h>
#include <openssl/pkcs12.h>

#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

const Secret none;
const Secret passphrase{std::string_view("open sesame")};
const Secret wrong{std::string_view("open barley")};

class IdentityTest : public testing::Test {
 protected:
  // A PKCS#12 file; any part may be left out.
  static Bytes box(const char* secret, const KeyPair* pair, X509* certificate,
                   const Authority* issuer = nullptr) {
    STACK_OF(X509)* others = sk_X509_new_null();
    if (issuer != nullptr) sk_X509_push(others, issuer->certificate().native());
    PKCS12* file = PKCS12_create(secret, "test", pair != nullptr ? pair->key.get() : nullptr, certificate,
                                 others, 0, 0, 0, 0, 0);
    sk_X509_free(others);
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(file, &der);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    PKCS12_free(file);
    return bytes;
  }
  static Error error_of(ByteView certificate, ByteView key, const Secret& secret) {
    const auto loaded = load_identity(certificate, key, secret);
    return loaded ? Error{ErrorKind::internal, "no error"} : loaded.error();
  }
  static bool fits(const Result<KeyPair>& pair) {
    return pair && X509_check_private_key(pair->chain.leaf().native(), pair->key.get()) == 1;
  }

  Authority authority_;
  KeyPair pair_ = authority_.issue({.common_name = "jdoe", .alternative_names = "", .usage = "clientAuth"});
  std::string certificate_ = to_pem(pair_.chain.leaf());
  std::string key_ = to_pem(pair_.key);
  std::string encrypted_ = to_pem(pair_.key, "open sesame");
};

TEST_F(IdentityTest, loads_pem_from_two_files_or_one) {
  EXPECT_TRUE(fits(load_identity(as_bytes(certificate_), as_bytes(key_), none)));
  EXPECT_TRUE(fits(load_identity(as_bytes(certificate_ + key_), {}, none)));
  EXPECT_TRUE(fits(load_identity(as_bytes(key_ + certificate_), {}, passphrase)));
}

TEST_F(IdentityTest, loads_the_chain_above_the_certificate) {
  const auto loaded = load_identity(as_bytes(certificate_ + authority_.pem()), as_bytes(key_), none);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->chain.certificates(),
              testing::ElementsAre(pair_.chain.leaf(), authority_.certificate()));
}

TEST_F(IdentityTest, loads_an_encrypted_key_with_its_passphrase) {
  EXPECT_TRUE(fits(load_identity(as_bytes(certificate_), as_bytes(encrypted_), passphrase)));
  const std::string traditional = pem_of([&](BIO* out) {
    PEM_write_bio_PrivateKey_traditional(out, pair_.key.get(), EVP_aes_128_cbc(),
                                         reinterpret_cast<const unsigned char*>("open sesame"), 11, nullptr,
                                         nullptr);
  });
  EXPECT_TRUE(fits(load_identity(as_bytes(certificate_), as_bytes(traditional), passphrase)));
  EXPECT_EQ(error_of(as_bytes(certificate_), as_bytes(traditional), wrong).kind, ErrorKind::denied);
}

TEST_F(IdentityTest, tells_a_missing_passphrase_from_a_wrong_one) {
  EXPECT_EQ(error_of(as_bytes(certificate_), as_bytes(encrypted_), none),
            (Error{ErrorKind::denied, "the private key is encrypted: it needs a passphrase"}));
  EXPECT_EQ(error_of(as_bytes(certificate_), as_bytes(encrypted_), wrong),
            (Error{ErrorKind::denied, "the passphrase of the private key is wrong"}));
}

TEST_F(IdentityTest, says_what_is_missing) {
  EXPECT_EQ(error_of(as_bytes(certificate_), {}, none).text, "no private key in PEM form inside");
  EXPECT_EQ(error_of(as_bytes(key_), {}, none).text, "no certificate in PEM form inside");
  EXPECT_EQ(error_of({}, {}, none).text, "no certificate in PEM form inside");
}

TEST_F(IdentityTest, says_that_key_and_certificate_do_not_belong_together) {
  for (auto type : {KeyType::ec, KeyType::rsa}) {
    EXPECT_EQ(error_of(as_bytes(certificate_), as_bytes(to_pem(make_key(type))), none),
              (Error{ErrorKind::malformed, "the private key does not belong to the certificate"}));
  }
}

TEST_F(IdentityTest, says_that_a_key_is_damaged) {
  std::string broken = key_;
  broken.replace(40, 8, "AAAAAAAA");
  EXPECT_THAT(error_of(as_bytes(certificate_), as_bytes(broken), none).text,
              testing::StartsWith("the private key cannot be read"));
}

TEST_F(IdentityTest, loads_pkcs12_with_its_chain) {
  const Bytes file = box("open sesame", &pair_, pair_.chain.leaf().native(), &authority_);
  const auto loaded = load_identity(file, {}, passphrase);
  ASSERT_TRUE(fits(loaded)) << loaded.error().text;
  EXPECT_THAT(loaded->chain.certificates(),
              testing::ElementsAre(pair_.chain.leaf(), authority_.certificate()));
}

TEST_F(IdentityTest, loads_pkcs12_without_a_passphrase_in_either_form) {
  EXPECT_TRUE(fits(load_identity(box("", &pair_, pair_.chain.leaf().native()), {}, none)));
  EXPECT_TRUE(fits(load_identity(box(nullptr, &pair_, pair_.chain.leaf().native()), {}, none)));
}

TEST_F(IdentityTest, says_what_is_wrong_with_a_pkcs12_file) {
  const Bytes file = box("open sesame", &pair_, pair_.chain.leaf().native());
  EXPECT_EQ(error_of(file, {}, wrong),
            (Error{ErrorKind::denied, "the passphrase of the private key is wrong"}));
  EXPECT_EQ(error_of(file, {}, none),
            (Error{ErrorKind::denied, "the private key is encrypted: it needs a passphrase"}));
  EXPECT_EQ(error_of(box("open sesame", nullptr, pair_.chain.leaf().native()), {}, passphrase).text,
            "no private key inside the PKCS#12 file");
  EXPECT_EQ(error_of(box("open sesame", &pair_, nullptr), {}, passphrase).text,
            "no certificate for the key inside the PKCS#12 file");
  EXPECT_THAT(error_of(Bytes(40, 0x30), {}, passphrase).text, testing::StartsWith("neither PEM nor PKCS#12"));
}

TEST_F(IdentityTest, refuses_files_that_are_too_large) {
  EXPECT_EQ(error_of(Bytes(300 << 10, 'x'), {}, none).text, "the file is larger than 256 KB");
}

}  // namespace
}  // namespace sallyport::tls
