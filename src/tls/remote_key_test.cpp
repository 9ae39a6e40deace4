// RemoteKeys and the provider without a keeper: the transport here notes requests, and the tests answer them.
// The whole chain with handshakes is tested in keeper.
#include "tls/remote_key.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "tls/library.hpp"
#include "tls/private_key_samples.hpp"

namespace sallyport::tls {
namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* it) { EVP_MD_CTX_free(it); })>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;

class NotedRequests : public KeyTransport {
 public:
  bool send(const KeyRequest& request) override {
    if (is_full) return false;
    sent.push_back(request);
    return true;
  }
  Result<KeyAnswer> receive() override {
    if (answers.empty()) return fail(ErrorKind::timeout, "no answer in time");
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  bool is_full = false;
  std::vector<KeyRequest> sent;
  std::deque<KeyAnswer> answers;
};

KeyAnswer answer_to(std::uint32_t id, std::string_view text) {
  return {.id = id, .ok = true, .output = Secret(text)};
}

// RemoteKeys::perform in an ASYNC job.
class Job {
 public:
  explicit Job(RemoteKeys& keys) : keys_(keys), context_(ASYNC_WAIT_CTX_new()) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() { ASYNC_WAIT_CTX_free(context_); }

  bool run() {  // true: paused
    void* self = this;
    int result = 0;
    return ASYNC_start_job(&job_, context_, &result, body, &self, sizeof self) == ASYNC_PAUSE;
  }

  std::string text() const { return outcome && *outcome ? std::string((*outcome)->reveal_text()) : ""; }
  std::optional<ErrorKind> failure() const {
    if (!outcome || *outcome) return std::nullopt;
    return outcome->error().kind;
  }

  std::optional<Result<Secret>> outcome;

 private:
  static int body(void* argument) {
    auto& self = *static_cast<Job*>(*static_cast<void**>(argument));
    self.outcome = self.keys_.perform({});
    return 1;
  }

  RemoteKeys& keys_;
  ASYNC_JOB* job_ = nullptr;
  ASYNC_WAIT_CTX* context_;
};

class RemoteKeysTest : public testing::Test {
 protected:
  NotedRequests transport;
  RemoteKeys keys{transport};
};

TEST_F(RemoteKeysTest, blocks_for_its_own_answer_and_drops_late_ones) {
  transport.answers.push_back(answer_to(77, "late"));
  transport.answers.push_back(answer_to(1, "mine"));
  EXPECT_EQ(keys.perform({}), Secret(std::string_view("mine")));
  ASSERT_EQ(transport.sent.size(), 1U);
  EXPECT_EQ(transport.sent[0].id, 1U);
  EXPECT_EQ(keys.open_requests(), 0U);
}

TEST_F(RemoteKeysTest, fails_when_no_answer_comes_or_the_transport_is_full) {
  const auto unanswered = keys.perform({});
  ASSERT_FALSE(unanswered);
  EXPECT_EQ(unanswered.error().kind, ErrorKind::timeout);
  transport.is_full = true;
  const auto unsent = keys.perform({});
  ASSERT_FALSE(unsent);
  EXPECT_EQ(unsent.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(keys.open_requests(), 0U);
}

TEST_F(RemoteKeysTest, fails_on_a_refusal_and_on_too_long_an_input) {
  transport.answers.push_back({.id = 1});
  const auto refused = keys.perform({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::denied);
  EXPECT_FALSE(keys.perform({.input = Bytes(max_key_input + 1)}));
  EXPECT_EQ(transport.sent.size(), 1U);
}

TEST_F(RemoteKeysTest, pauses_each_job_until_its_own_answer) {
  Job first(keys);
  Job second(keys);
  ASSERT_TRUE(first.run());
  const auto first_id = keys.last_paused();
  ASSERT_TRUE(second.run());
  const auto second_id = keys.last_paused();
  EXPECT_NE(first_id, second_id);
  int woken = 0;
  keys.on_answer(first_id, [&] { woken += 1; });
  keys.on_answer(second_id, [&] { woken += 10; });

  keys.complete(answer_to(second_id, "second"));
  EXPECT_EQ(woken, 10);
  EXPECT_TRUE(first.run());  // woken for nothing: still paused
  EXPECT_FALSE(second.run());
  EXPECT_EQ(second.text(), "second");

  keys.complete(answer_to(first_id, "first"));
  keys.complete(answer_to(first_id, "again"));
  EXPECT_EQ(woken, 11);
  EXPECT_FALSE(first.run());
  EXPECT_EQ(first.text(), "first");
  EXPECT_EQ(keys.open_requests(), 0U);
}

TEST_F(RemoteKeysTest, wakes_at_once_when_the_answer_is_there_already) {
  Job job(keys);
  ASSERT_TRUE(job.run());
  const auto id = keys.last_paused();
  keys.complete(answer_to(id, "quick"));
  bool woken = false;
  keys.on_answer(id, [&] { woken = true; });
  EXPECT_TRUE(woken);
  EXPECT_FALSE(job.run());
}

TEST_F(RemoteKeysTest, a_blocking_request_passes_on_the_answers_of_jobs) {
  Job job(keys);
  ASSERT_TRUE(job.run());
  const auto id = keys.last_paused();
  bool woken = false;
  keys.on_answer(id, [&] { woken = true; });
  transport.answers.push_back(answer_to(id, "job"));
  transport.answers.push_back(answer_to(id + 1, "blocking"));
  EXPECT_EQ(keys.perform({}), Secret(std::string_view("blocking")));
  EXPECT_TRUE(woken);
  EXPECT_FALSE(job.run());
  EXPECT_EQ(job.text(), "job");
}

TEST_F(RemoteKeysTest, an_abandoned_job_ends_without_its_wake_up) {
  Job job(keys);
  ASSERT_TRUE(job.run());
  const auto id = keys.last_paused();
  bool woken = false;
  keys.on_answer(id, [&] { woken = true; });
  keys.abandon(id);
  keys.complete(answer_to(id, "late"));
  EXPECT_FALSE(woken);
  EXPECT_FALSE(job.run());
  EXPECT_EQ(job.failure(), ErrorKind::timeout);
  EXPECT_EQ(keys.open_requests(), 0U);
  keys.complete(answer_to(id, "later"));
  keys.abandon(id);
}

TEST_F(RemoteKeysTest, fails_all_jobs_when_the_keeper_ended) {
  Job first(keys);
  Job second(keys);
  int woken = 0;
  for (auto* job : {&first, &second}) {
    ASSERT_TRUE(job->run());
    keys.on_answer(keys.last_paused(), [&] { ++woken; });
  }
  keys.fail_all();
  EXPECT_EQ(woken, 2);
  for (auto* job : {&first, &second}) {
    EXPECT_FALSE(job->run());
    EXPECT_EQ(job->failure(), ErrorKind::closed);
  }
  transport.answers.push_back(answer_to(3, "of the new keeper"));
  EXPECT_TRUE(keys.perform({}));
}

TEST_F(RemoteKeysTest, a_thread_may_have_its_own) {
  NotedRequests other;
  RemoteKeys others(other);
  EXPECT_EQ(&RemoteKeys::of_thread(keys), &keys);
  {
    const RemoteKeys::InThread scope(others);
    EXPECT_EQ(&RemoteKeys::of_thread(keys), &others);
    std::thread([this] { EXPECT_EQ(&RemoteKeys::of_thread(keys), &keys); }).join();
  }
  EXPECT_EQ(&RemoteKeys::of_thread(keys), &keys);
}

class RemoteKeyTest : public RemoteKeysTest {
 protected:
  bool sign(EVP_PKEY* key, const char* digest, std::size_t space) {
    const DigestContext context(EVP_MD_CTX_new());
    if (EVP_DigestSignInit_ex(context.get(), nullptr, digest, library->context(), nullptr, key, nullptr) != 1)
      return false;
    signature.resize(space);
    std::size_t size = space;
    if (EVP_DigestSign(context.get(), signature.data(), &size, as_bytes("m").data(), 1) != 1) return false;
    signature.resize(size);
    return true;
  }

  std::unique_ptr<Library> library = or_throw(Library::open(keys));
  Bytes signature;
};

TEST_F(RemoteKeyTest, equals_its_public_half) {
  for (auto* local :
       {&samples::rsa_key(), &samples::ec_key(), &samples::ed25519_key(), &samples::dsa_key()}) {
    const auto remote = or_throw(remote_key(*library, *local, 3));
    EXPECT_EQ(EVP_PKEY_eq(local, remote.get()), 1);
    EXPECT_EQ(EVP_PKEY_eq(remote.get(), local), 1);
    EXPECT_EQ(EVP_PKEY_get_size(remote.get()), EVP_PKEY_get_size(local));
    EXPECT_STREQ(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(remote.get())), "keeper");
  }
  const auto remote = or_throw(remote_key(*library, samples::ec_key(), 3));
  const KeyHandle other(EVP_EC_gen("P-256"));
  EXPECT_NE(EVP_PKEY_eq(other.get(), remote.get()), 1);
}

TEST_F(RemoteKeyTest, asks_for_the_signature_of_a_digest) {
  const auto remote = or_throw(remote_key(*library, samples::ec_key(), 0xfffe));
  transport.answers.push_back(answer_to(1, "signature"));
  ASSERT_TRUE(sign(remote.get(), "SHA256", 80));
  EXPECT_EQ(as_text(signature), "signature");
  ASSERT_EQ(transport.sent.size(), 1U);
  const auto& request = transport.sent[0];
  EXPECT_EQ(request.operation, KeyOperation::sign);
  EXPECT_EQ(request.key, 0xfffe);
  EXPECT_EQ(request.padding, KeyPadding::none);
  EXPECT_EQ(request.digest, KeyDigest::sha256);
  EXPECT_EQ(request.input.size(), 32U);
}

TEST_F(RemoteKeyTest, fails_without_an_answer_and_when_one_is_too_long) {
  const auto remote = or_throw(remote_key(*library, samples::ec_key(), 0));
  EXPECT_FALSE(sign(remote.get(), "SHA256", 80));
  transport.answers.push_back(answer_to(2, std::string(81, 'x')));
  EXPECT_FALSE(sign(remote.get(), "SHA256", 80));
  transport.answers.push_back(answer_to(3, ""));
  EXPECT_FALSE(sign(remote.get(), "SHA256", 80));
  ERR_clear_error();
}

TEST_F(RemoteKeyTest, refuses_digests_that_tls_does_not_use) {
  const auto remote = or_throw(remote_key(*library, samples::rsa_key(), 0));
  EXPECT_FALSE(sign(remote.get(), "SHA3-256", 256));
  EXPECT_FALSE(sign(remote.get(), "MD5", 256));
  EXPECT_TRUE(transport.sent.empty());
  ERR_clear_error();
}

TEST_F(RemoteKeyTest, decrypts_with_tls_padding_only) {
  const auto remote = or_throw(remote_key(*library, samples::rsa_key(), 0));
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(library->context(), remote.get(), nullptr));
  ASSERT_EQ(EVP_PKEY_decrypt_init(context.get()), 1);
  Bytes out(256);
  std::size_t size = out.size();
  const Bytes in(256);
  EXPECT_NE(EVP_PKEY_decrypt(context.get(), out.data(), &size, in.data(), in.size()), 1);
  EXPECT_NE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  EXPECT_NE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_WITH_TLS_PADDING), 1);
  EXPECT_TRUE(transport.sent.empty());
  transport.answers.push_back(answer_to(1, std::string(48, 'p')));
  EXPECT_EQ(EVP_PKEY_decrypt(context.get(), out.data(), &size, in.data(), in.size()), 1);
  EXPECT_EQ(size, 48U);
  transport.answers.push_back(answer_to(2, std::string(47, 'p')));
  EXPECT_NE(EVP_PKEY_decrypt(context.get(), out.data(), &size, in.data(), in.size()), 1);
  ERR_clear_error();
}

TEST_F(RemoteKeyTest, leaves_the_private_half_nowhere_to_be_had) {
  const auto remote = or_throw(remote_key(*library, samples::rsa_key(), 0));
  OSSL_PARAM* parameters = nullptr;
  EXPECT_NE(EVP_PKEY_todata(remote.get(), EVP_PKEY_KEYPAIR, &parameters), 1);
  ERR_clear_error();
}

TEST_F(RemoteKeyTest, needs_a_library_with_remote_keys_and_a_known_type) {
  const auto plain = or_throw(Library::open());
  EXPECT_FALSE(remote_key(*plain, samples::rsa_key(), 0));
  const KeyHandle x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  EXPECT_FALSE(remote_key(*library, *x25519, 0));
}

TEST_F(RemoteKeyTest, other_keys_of_the_library_stay_with_openssl) {
  const KeyHandle local(EVP_PKEY_Q_keygen(library->context(), nullptr, "EC", "P-256"));
  ASSERT_TRUE(sign(local.get(), "SHA256", 80));
  const DigestContext context(EVP_MD_CTX_new());
  ASSERT_EQ(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", library->context(), nullptr,
                                    local.get(), nullptr),
            1);
  EXPECT_EQ(EVP_DigestVerify(context.get(), signature.data(), signature.size(), as_bytes("m").data(), 1), 1);
  EXPECT_TRUE(transport.sent.empty());
}

}  // namespace
}  // namespace sallyport::tls
