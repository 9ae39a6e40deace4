#include <array>
#include <deque>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "keeper/isolation_harness.hpp"

namespace sallyport::keeper {
namespace {

using namespace harness;

void expect_good(Handshake& handshake, const Suite& suite) {
  ASSERT_EQ(handshake.run(), State::done) << ERR_reason_error_string(ERR_peek_error());
  EXPECT_EQ(SSL_version(handshake.client()), suite.version);
  int type = NID_undef;
  if (suite.version >= TLS1_2_VERSION) SSL_get_peer_signature_type_nid(handshake.client(), &type);
  EXPECT_EQ(type, suite.signature_type);
  EXPECT_TRUE(handshake.echoes());
}

const std::array suites{
    Suite{"rsa_pss_tls13", rsa, TLS1_3_VERSION, "", "", EVP_PKEY_RSA_PSS},
    Suite{"ecdsa_tls13", ec, TLS1_3_VERSION, "", "", EVP_PKEY_EC},
    Suite{"ed25519_tls13", ed25519, TLS1_3_VERSION, "", "", EVP_PKEY_ED25519},
    Suite{"rsa_pss_ecdhe", rsa, TLS1_2_VERSION, "ECDHE-RSA-AES256-GCM-SHA384", "RSA-PSS+SHA384",
          EVP_PKEY_RSA_PSS},
    Suite{"rsa_pkcs1_ecdhe", rsa, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", "RSA+SHA256", EVP_PKEY_RSA},
    Suite{"rsa_sha1_ecdhe", rsa, TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA", "RSA+SHA1", EVP_PKEY_RSA},
    Suite{"ecdsa_ecdhe", ec, TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", "", EVP_PKEY_EC},
    Suite{"ed25519_ecdhe", ed25519, TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", "", EVP_PKEY_ED25519},
    Suite{"rsa_dhe", rsa, TLS1_2_VERSION, "DHE-RSA-AES256-GCM-SHA384", "", EVP_PKEY_RSA_PSS},
    Suite{"rsa_key_exchange_gcm", rsa, TLS1_2_VERSION, "AES256-GCM-SHA384", "", NID_undef},
    Suite{"rsa_key_exchange_sha", rsa, TLS1_2_VERSION, "AES128-SHA", "", NID_undef},
    Suite{"dsa_dhe_gcm", dsa, TLS1_2_VERSION, "DHE-DSS-AES256-GCM-SHA384", "DSA+SHA256", EVP_PKEY_DSA},
    Suite{"dsa_dhe_sha", dsa, TLS1_2_VERSION, "DHE-DSS-AES256-SHA", "DSA+SHA1", EVP_PKEY_DSA},
    Suite{"rsa_ecdhe_tls11", rsa, TLS1_1_VERSION, "ECDHE-RSA-AES256-SHA", "", NID_undef},
    Suite{"rsa_key_exchange_tls11", rsa, TLS1_1_VERSION, "AES256-SHA", "", NID_undef},
    Suite{"ecdsa_ecdhe_tls11", ec, TLS1_1_VERSION, "ECDHE-ECDSA-AES256-SHA", "", NID_undef},
    Suite{"dsa_dhe_tls11", dsa, TLS1_1_VERSION, "DHE-DSS-AES256-SHA", "", NID_undef},
    Suite{"rsa_ecdhe_tls10", rsa, TLS1_VERSION, "ECDHE-RSA-AES256-SHA", "", NID_undef},
    Suite{"rsa_key_exchange_tls10", rsa, TLS1_VERSION, "AES128-SHA", "", NID_undef}};

class KeeperChain : public testing::TestWithParam<Suite> {
 protected:
  Gateway gateway;
};

TEST_P(KeeperChain, shakes_hands_blocking) {
  auto pair = socket_pair();
  const Keeper keeper(std::move(pair.keeper));
  gateway.use(std::move(pair.gateway));
  const auto client = gateway.client_context(GetParam());
  const auto server = gateway.server_context(GetParam());
  Handshake handshake(client.get(), server.get());
  expect_good(handshake, GetParam());
  gateway.hang_up();
}

TEST_P(KeeperChain, shakes_several_hands_at_once) {
  auto pair = socket_pair();
  const Keeper keeper(std::move(pair.keeper));
  gateway.use(std::move(pair.gateway));
  const auto client = gateway.client_context(GetParam());
  const auto server = gateway.server_context(GetParam());
  SSL_CTX_set_mode(server.get(), SSL_MODE_ASYNC);
  std::deque<Handshake> handshakes;
  for (int i = 0; i < 4; ++i) handshakes.emplace_back(client.get(), server.get());
  EXPECT_EQ(gateway.run_all(handshakes), handshakes.size());
  for (auto& handshake : handshakes) {
    SSL_clear_mode(handshake.server(), SSL_MODE_ASYNC);
    expect_good(handshake, GetParam());
  }
  EXPECT_EQ(gateway.keys().open_requests(), 0U);
  gateway.hang_up();
}

INSTANTIATE_TEST_SUITE_P(, KeeperChain, testing::ValuesIn(suites),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

class KeeperFailure : public testing::Test {
 protected:
  const Suite& suite = suites[1];
  Gateway gateway;
  ContextHandle client = gateway.client_context(suite);
  ContextHandle server = gateway.server_context(suite);
};

TEST_F(KeeperFailure, keeper_that_ends_fails_what_is_open_and_a_new_one_takes_over) {
  SSL_CTX_set_mode(server.get(), SSL_MODE_ASYNC);
  auto dead = socket_pair();
  gateway.use(std::move(dead.gateway));
  std::deque<Handshake> handshakes;
  for (int i = 0; i < 8; ++i)
    ASSERT_EQ(handshakes.emplace_back(client.get(), server.get()).run(), State::paused);
  EXPECT_EQ(gateway.keys().open_requests(), 8U);
  dead.keeper.close();
  gateway.keys().fail_all();
  for (auto& handshake : handshakes) EXPECT_EQ(handshake.run(), State::failed);
  EXPECT_EQ(gateway.keys().open_requests(), 0U);
  EXPECT_EQ(Handshake(client.get(), server.get()).run(), State::failed);  // nobody to ask

  auto next = socket_pair();
  const Keeper keeper(std::move(next.keeper));
  gateway.use(std::move(next.gateway));
  std::deque<Handshake> again;
  for (int i = 0; i < 8; ++i) again.emplace_back(client.get(), server.get());
  gateway.run_all(again);
  for (auto& handshake : again) expect_good(handshake, suite);
  gateway.hang_up();
}

TEST_F(KeeperFailure, blocking_handshake_fails_when_the_keeper_is_silent_or_gone) {
  auto pair = socket_pair();
  gateway.be_impatient();
  gateway.use(std::move(pair.gateway));
  EXPECT_EQ(Handshake(client.get(), server.get()).run(), State::failed);
  pair.keeper.close();
  EXPECT_EQ(Handshake(client.get(), server.get()).run(), State::failed);
  EXPECT_EQ(gateway.keys().open_requests(), 0U);
}

// One job is all that this thread may have: a leaked one would show as SSL_ERROR_WANT_ASYNC_JOB.
TEST_F(KeeperFailure, abandoned_handshakes_leave_no_job_behind) {
  SSL_CTX_set_mode(server.get(), SSL_MODE_ASYNC);
  auto pair = socket_pair();
  gateway.use(std::move(pair.gateway));
  std::thread([&] {
    ASSERT_EQ(ASYNC_init_thread(1, 0), 1);
    for (int i = 0; i < 5; ++i) {
      Handshake handshake(client.get(), server.get());
      ASSERT_EQ(handshake.run(), State::paused);
      gateway.keys().abandon(gateway.keys().last_paused());
      EXPECT_EQ(handshake.run(), State::failed);
    }
    ASYNC_cleanup_thread();
  }).join();
  EXPECT_EQ(gateway.keys().open_requests(), 0U);
}

TEST_F(KeeperFailure, handshakes_fail_when_the_way_to_the_keeper_is_full) {
  SSL_CTX_set_mode(server.get(), SSL_MODE_ASYNC);
  auto pair = socket_pair();
  const Bytes filling(1000);
  while (::send(pair.gateway.number(), filling.data(), filling.size(), MSG_DONTWAIT) > 0) continue;
  gateway.use(std::move(pair.gateway));
  EXPECT_EQ(Handshake(client.get(), server.get()).run(), State::failed);
}

TEST_F(KeeperFailure, key_number_that_is_not_there_fails_the_handshake_only) {
  auto pair = socket_pair();
  const Keeper keeper(std::move(pair.keeper));
  gateway.use(std::move(pair.gateway));
  const auto keyless = gateway.server_context(suite, missing);
  EXPECT_EQ(Handshake(client.get(), keyless.get()).run(), State::failed);
  Handshake handshake(client.get(), server.get());
  expect_good(handshake, suite);
  gateway.hang_up();
}

// The keeper opens what the client sent with another key than the certificate's: like any forged premaster it
// must fail where the keys are first used, not where the padding is found bad.
TEST_F(KeeperFailure, bad_premaster_shows_at_the_finished_message_only) {
  auto pair = socket_pair();
  const Keeper keeper(std::move(pair.keeper));
  gateway.use(std::move(pair.gateway));
  const auto& by_rsa = suites[9];
  const auto sender = gateway.client_context(by_rsa);
  const auto receiver = gateway.server_context(by_rsa, other_rsa);
  Handshake handshake(sender.get(), receiver.get());
  EXPECT_EQ(handshake.run(), State::failed);
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_last_error()), SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);
  gateway.hang_up();
}

}  // namespace
}  // namespace sallyport::keeper
