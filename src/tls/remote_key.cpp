#include "tls/remote_key.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <openssl/async.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "tls/failure.hpp"
#include "tls/library.hpp"
#include "tls/remote_key_provider.hpp"

namespace sallyport::tls {

namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;
using Parameters = std::unique_ptr<OSSL_PARAM, decltype([](OSSL_PARAM* it) { OSSL_PARAM_free(it); })>;

thread_local RemoteKeys* keys_of_thread = nullptr;

}  // namespace

std::uint32_t RemoteKeys::unused_id() {
  do ++last_id_;
  while (last_id_ == 0 || waiting_.contains(last_id_));
  return last_id_;
}

Result<Secret> RemoteKeys::perform(KeyRequest request) {
  if (request.input.size() > max_key_input)
    return fail(ErrorKind::unsupported, "the input for a private key is too long");
  request.id = unused_id();
  waiting_.try_emplace(request.id);
  auto outcome = transport_.send(request) ? wait(request.id)
                                          : fail(ErrorKind::unavailable, "the keeper takes no more requests");
  waiting_.erase(request.id);
  return outcome;
}

Result<Secret> RemoteKeys::wait(std::uint32_t id) {
  const bool in_job = ASYNC_get_current_job() != nullptr;
  auto& waiting = waiting_.at(id);  // stays in place while others come and go
  while (!waiting.outcome) {
    if (in_job) {
      last_paused_ = id;
      if (ASYNC_pause_job() != 1) return fail_openssl(ErrorKind::internal, "cannot pause a handshake");
    } else {
      complete(TRY(transport_.receive()));
    }
  }
  return std::move(*waiting.outcome);
}

void RemoteKeys::on_answer(std::uint32_t id, std::function<void()> wake) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end() || found->second.outcome) return wake();
  found->second.wake = std::move(wake);
}

void RemoteKeys::complete(KeyAnswer answer) {
  const auto found = waiting_.find(answer.id);
  if (found == waiting_.end() || found->second.outcome) return;
  auto& waiting = found->second;
  if (answer.ok)
    waiting.outcome = std::move(answer.output);
  else
    waiting.outcome = fail(ErrorKind::denied, "the keeper refused a request");
  if (const auto wake = std::exchange(waiting.wake, nullptr)) wake();
}

bool RemoteKeys::wants(std::uint32_t id) const {
  const auto found = waiting_.find(id);
  return found != waiting_.end() && !found->second.outcome;
}

void RemoteKeys::abandon(std::uint32_t id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  found->second.wake = nullptr;
  found->second.outcome = fail(ErrorKind::timeout, "a request to the keeper was given up");
}

void RemoteKeys::fail_all() {
  // The wake-ups come last: one that starts a new request must not change the table under the loop.
  std::vector<std::function<void()>> wakes;
  for (auto& [id, waiting] : waiting_) {
    if (waiting.outcome) continue;
    waiting.outcome = fail(ErrorKind::closed, "the keeper ended");
    if (waiting.wake) wakes.push_back(std::exchange(waiting.wake, nullptr));
  }
  for (const auto& wake : wakes) wake();
}

RemoteKeys::InThread::InThread(RemoteKeys& keys) {
  keys_of_thread = &keys;
}

RemoteKeys::InThread::~InThread() {
  keys_of_thread = nullptr;
}

RemoteKeys& RemoteKeys::of_thread(RemoteKeys& otherwise) {
  return keys_of_thread != nullptr ? *keys_of_thread : otherwise;
}

Result<KeyHandle> remote_key(const Library& library, const evp_pkey_st& public_key, std::uint16_t number) {
  OSSL_PARAM* exported = nullptr;
  if (EVP_PKEY_todata(&public_key, EVP_PKEY_PUBLIC_KEY, &exported) != 1)
    return fail_openssl(ErrorKind::internal, "cannot read a certificate's public key");
  const Parameters public_half(exported);
  unsigned id = number;
  const std::array<OSSL_PARAM, 2> private_half{OSSL_PARAM_construct_uint(remote_key_number, &id),
                                               OSSL_PARAM_construct_end()};
  const Parameters both(OSSL_PARAM_merge(public_half.get(), private_half.data()));
  const KeyContext context(
      EVP_PKEY_CTX_new_from_name(library.context(), EVP_PKEY_get0_type_name(&public_key), "provider=keeper"));
  EVP_PKEY* key = nullptr;
  if (both == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, both.get()) != 1)
    return fail_openssl(ErrorKind::unsupported, "cannot use a certificate's key type with the keeper");
  return KeyHandle(key);
}

}  // namespace sallyport::tls
