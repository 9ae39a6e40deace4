// RSA key exchange of the provider `keeper`: the encrypted premaster goes out as it came, and what comes back
// is a premaster in any case. The defence against Bleichenbacher's attack is the keeper's (RFC 5246 section
// 7.4.7.1), so nothing here may depend on what it holds.
#include <algorithm>
#include <array>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "tls/remote_key_provider.hpp"

namespace sallyport::tls {

namespace {

struct DecryptionContext {
  RemoteKey key;
  bool padding_is_tls = false;
  unsigned client_version = 0;
  unsigned negotiated_version = 0;
};

void* new_context(void* /*provider*/) {
  return new (std::nothrow) DecryptionContext;
}

void free_context(void* context) {
  delete static_cast<DecryptionContext*>(context);
}

void* duplicate_context(void* context) {
  return new (std::nothrow) DecryptionContext(*static_cast<const DecryptionContext*>(context));
}

bool read_version(const OSSL_PARAM* parameters, const char* name, unsigned& version) {
  const auto* parameter = OSSL_PARAM_locate_const(parameters, name);
  if (parameter == nullptr) return true;
  return OSSL_PARAM_get_uint(parameter, &version) == 1 && version <= 0xffff;
}

int set_parameters(void* data, const OSSL_PARAM* parameters) {
  return guarded([&] {
    auto& context = *static_cast<DecryptionContext*>(data);
    if (parameters == nullptr) return true;
    if (const auto* mode = OSSL_PARAM_locate_const(parameters, OSSL_ASYM_CIPHER_PARAM_PAD_MODE)) {
      int padding = 0;
      if (OSSL_PARAM_get_int(mode, &padding) != 1 || padding != RSA_PKCS1_WITH_TLS_PADDING) return false;
      context.padding_is_tls = true;
    }
    return read_version(parameters, OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, context.client_version) &&
           read_version(parameters, OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION,
                        context.negotiated_version);
  });
}

const OSSL_PARAM* settable_parameters(void* /*context*/, void* /*provider*/) {
  static const std::array types{
      OSSL_PARAM OSSL_PARAM_int(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, nullptr),
      OSSL_PARAM OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, nullptr),
      OSSL_PARAM OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION, nullptr),
      OSSL_PARAM OSSL_PARAM_END};
  return types.data();
}

int decrypt_init(void* data, void* key_data, const OSSL_PARAM* parameters) {
  const int ready = guarded([&] {
    auto& context = *static_cast<DecryptionContext*>(data);
    context.key = *static_cast<const RemoteKey*>(key_data);
    if (context.key.number) return true;
    ERR_raise(ERR_LIB_PROV, PROV_R_NOT_A_PRIVATE_KEY);
    return false;
  });
  return ready == 1 ? set_parameters(data, parameters) : 0;
}

int decrypt(void* data, unsigned char* out, std::size_t* length, std::size_t space, const unsigned char* in,
            std::size_t in_length) {
  return guarded([&] {
    const auto& context = *static_cast<const DecryptionContext*>(data);
    if (!context.padding_is_tls) {
      ERR_raise(ERR_LIB_PROV, PROV_R_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE);
      return false;
    }
    *length = SSL_MAX_MASTER_KEY_LENGTH;
    if (out == nullptr) return true;
    if (space < SSL_MAX_MASTER_KEY_LENGTH) return false;
    const auto answer = context.key.provider->perform(
        {.operation = KeyOperation::decrypt_premaster,
         .key = *context.key.number,
         .client_version = static_cast<std::uint16_t>(context.client_version),
         .negotiated_version = static_cast<std::uint16_t>(context.negotiated_version),
         .input = Bytes(in, in + in_length)});
    if (!answer || answer->size() != SSL_MAX_MASTER_KEY_LENGTH) {
      ERR_raise(ERR_LIB_PROV, PROV_R_FAILED_TO_DECRYPT);
      return false;
    }
    std::ranges::copy(answer->reveal(), out);
    return true;
  });
}

}  // namespace

const OSSL_ALGORITHM* remote_key_decryption() {
  static const std::array functions{dispatch(OSSL_FUNC_ASYM_CIPHER_NEWCTX, new_context),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_FREECTX, free_context),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_DUPCTX, duplicate_context),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, decrypt_init),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_DECRYPT, decrypt),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, set_parameters),
                                    dispatch(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, settable_parameters),
                                    OSSL_DISPATCH{}};
  static const std::array algorithms{OSSL_ALGORITHM{"RSA", "provider=keeper", functions.data()},
                                     OSSL_ALGORITHM{}};
  return algorithms.data();
}

}  // namespace sallyport::tls
