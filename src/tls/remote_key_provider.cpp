#include "tls/remote_key_provider.hpp"

#include <array>
#include <new>

#include <openssl/core_dispatch.h>

namespace sallyport::tls {

namespace {

const OSSL_ALGORITHM* query_operation(void* /*context*/, int operation, int* no_cache) {
  *no_cache = 0;
  switch (operation) {
    case OSSL_OP_KEYMGMT:
      return remote_key_management();
    case OSSL_OP_SIGNATURE:
      return remote_key_signature();
    case OSSL_OP_ASYM_CIPHER:
      return remote_key_decryption();
    default:
      return nullptr;
  }
}

void teardown(void* context) {
  delete static_cast<RemoteKeyProvider*>(context);
}

}  // namespace

int start_keeper_provider(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*in*/,
                          const OSSL_DISPATCH** out, void** context) {
  static const std::array functions{dispatch(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query_operation),
                                    dispatch(OSSL_FUNC_PROVIDER_TEARDOWN, teardown), OSSL_DISPATCH{}};
  *context = new (std::nothrow) RemoteKeyProvider;
  *out = functions.data();
  return *context != nullptr ? 1 : 0;
}

}  // namespace sallyport::tls
