#include "keeper/service.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "keeper/isolation_harness.hpp"

namespace sallyport::keeper {
namespace {

using namespace harness;

TEST(KeeperService, tells_the_public_keys_in_order) {
  const auto keys = service().public_keys();
  ASSERT_EQ(keys.size(), 5U);
  for (const auto number : {rsa, ec, ed25519, dsa, other_rsa}) {
    const auto* position = keys[number].data();
    const KeyHandle key(d2i_PUBKEY(nullptr, &position, static_cast<long>(keys[number].size())));
    EXPECT_EQ(EVP_PKEY_eq(key.get(), &sample(number)), 1);
  }
}

TEST(KeeperService, says_why_a_key_cannot_be_added) {
  auto made = or_throw(Service::open());
  const auto added = made.add(tls::samples::pem_of(sample(ec), "secret"));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().text, "is encrypted with a passphrase, which is not supported");
  EXPECT_TRUE(made.public_keys().empty());
}

TEST(KeeperService, refuses_without_a_reason) {
  const proto::KeeperRequest good{
      .id = 5, .key = ec, .digest = proto::KeeperDigest::sha256, .input = Bytes(32)};
  ASSERT_TRUE(service().answer(good).ok);
  const proto::KeeperAnswer refused{.id = 5};
  auto bad = good;
  bad.key = missing;
  EXPECT_EQ(service().answer(bad), refused);
  bad = good;
  bad.operation = proto::KeeperOperation::decrypt_premaster;
  EXPECT_EQ(service().answer(bad), refused);
  bad = good;
  bad.key = rsa;
  bad.digest = proto::KeeperDigest::none;
  bad.input.resize(256);
  EXPECT_EQ(service().answer(bad), refused);
}

TEST(KeeperService, answers_a_bad_premaster_with_random_bytes) {
  const proto::KeeperRequest request{.id = 1,
                                     .operation = proto::KeeperOperation::decrypt_premaster,
                                     .key = rsa,
                                     .client_version = TLS1_2_VERSION,
                                     .input = Bytes(256, 1)};
  const auto first = service().answer(request);
  const auto second = service().answer(request);
  EXPECT_TRUE(first.ok && second.ok);
  EXPECT_EQ(first.output.size(), 48U);
  EXPECT_NE(first.output, second.output);
}

}  // namespace
}  // namespace sallyport::keeper
