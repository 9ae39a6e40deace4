// The OpenSSL provider `keeper`, built in: RSA, EC, Ed25519 and DSA keys whose private half is in another
// process. Inside of tls only: Library loads it, the functions of each operation are in
// remote_key_management.cpp, remote_key_signature.cpp and remote_key_decryption.cpp.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

#include <openssl/core.h>

#include "tls/remote_key.hpp"

namespace sallyport::tls {

// The parameter that names a key in the keeper, beside those of its public half.
inline constexpr const char* remote_key_number = "keeper-id";

// The provider's own context. OpenSSL starts a provider without an argument, so Library fills this in.
struct RemoteKeyProvider {
  RemoteKeys* keys = nullptr;
  ossl_lib_ctx_st* library = nullptr;

  Result<Secret> perform(KeyRequest request) const {
    return RemoteKeys::of_thread(*keys).perform(std::move(request));
  }
};

enum class RemoteKeyType { rsa, ec, ed25519, dsa };

struct RemoteKey {
  RemoteKeyProvider* provider = nullptr;
  RemoteKeyType type = RemoteKeyType::rsa;
  std::optional<std::uint16_t> number;      // none: a public key only
  std::shared_ptr<evp_pkey_st> public_key;  // of the default provider
};

int start_keeper_provider(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out,
                          void** context);

const OSSL_ALGORITHM* remote_key_management();
const OSSL_ALGORITHM* remote_key_signature();
const OSSL_ALGORITHM* remote_key_decryption();

// OpenSSL calls us from C, maybe on the small stack of an ASYNC job: no exception may pass.
template <class Work>
int guarded(Work&& work) noexcept {
  try {
    return work() ? 1 : 0;
  } catch (const std::exception&) {
    return 0;
  }
}

template <class Function>
OSSL_DISPATCH dispatch(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace sallyport::tls
