// Signatures of the provider `keeper`: hash here, let the keeper sign the digest. One shot, which is all that
// libssl needs.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>

#include "base/text.hpp"
#include "tls/remote_key_provider.hpp"

namespace sallyport::tls {

namespace {

using Digest = std::unique_ptr<EVP_MD, decltype([](EVP_MD* it) { EVP_MD_free(it); })>;

struct SignatureContext {
  RemoteKey key;
  KeyPadding padding = KeyPadding::none;
  KeyDigest digest = KeyDigest::none;
};

void* new_context(void* /*provider*/, const char* /*properties*/) {
  return new (std::nothrow) SignatureContext;
}

void free_context(void* context) {
  delete static_cast<SignatureContext*>(context);
}

void* duplicate_context(void* context) {
  return new (std::nothrow) SignatureContext(*static_cast<const SignatureContext*>(context));
}

std::optional<KeyDigest> digest_named(ossl_lib_ctx_st* library, const char* name) {
  if (name == nullptr || *name == '\0') return KeyDigest::none;
  const Digest digest(EVP_MD_fetch(library, name, "provider=default"));
  if (digest == nullptr) return std::nullopt;
  for (const auto& traits : key_digests)
    if (traits.size != 0 && EVP_MD_is_a(digest.get(), traits.name) == 1) return traits.digest;
  return std::nullopt;
}

// Text or a number, as the caller of OpenSSL likes it.
std::optional<KeyPadding> padding_from(const OSSL_PARAM& parameter) {
  const char* text = nullptr;
  if (OSSL_PARAM_get_utf8_string_ptr(&parameter, &text) == 1) {
    if (std::string_view(text) == OSSL_PKEY_RSA_PAD_MODE_PKCSV15) return KeyPadding::pkcs1;
    if (std::string_view(text) == OSSL_PKEY_RSA_PAD_MODE_PSS) return KeyPadding::pss;
    return std::nullopt;
  }
  int number = 0;
  if (OSSL_PARAM_get_int(&parameter, &number) != 1) return std::nullopt;
  if (number == RSA_PKCS1_PADDING) return KeyPadding::pkcs1;
  if (number == RSA_PKCS1_PSS_PADDING) return KeyPadding::pss;
  return std::nullopt;
}

// TLS knows one salt length, that of the digest (RFC 8446 section 4.2.3).
bool is_length_of_digest(const OSSL_PARAM& parameter, KeyDigest digest) {
  const auto size = traits_of(digest).size;
  const char* text = nullptr;
  if (OSSL_PARAM_get_utf8_string_ptr(&parameter, &text) == 1)
    return std::string_view(text) == OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST || text == std::to_string(size);
  int number = 0;
  if (OSSL_PARAM_get_int(&parameter, &number) != 1) return false;
  return number == RSA_PSS_SALTLEN_DIGEST || number == static_cast<int>(size);
}

int set_parameters(void* data, const OSSL_PARAM* parameters) {
  return guarded([&] {
    auto& context = *static_cast<SignatureContext*>(data);
    if (parameters == nullptr) return true;
    const auto* mode = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
    const auto* salt = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    if ((mode != nullptr || salt != nullptr) && context.key.type != RemoteKeyType::rsa) return false;
    if (mode != nullptr) {
      const auto padding = padding_from(*mode);
      if (!padding) return false;
      context.padding = *padding;
    }
    return salt == nullptr || is_length_of_digest(*salt, context.digest);
  });
}

const OSSL_PARAM* settable_parameters(void* /*context*/, void* /*provider*/) {
  static const std::array types{
      OSSL_PARAM OSSL_PARAM_int(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr),
      OSSL_PARAM OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM OSSL_PARAM_END};
  return types.data();
}

int digest_sign_init(void* data, const char* digest_name, void* key_data, const OSSL_PARAM* parameters) {
  const int ready = guarded([&] {
    auto& context = *static_cast<SignatureContext*>(data);
    if (key_data != nullptr) context.key = *static_cast<const RemoteKey*>(key_data);
    if (!context.key.number || context.key.public_key == nullptr) {
      ERR_raise(ERR_LIB_PROV, PROV_R_NOT_A_PRIVATE_KEY);
      return false;
    }
    const auto digest = digest_named(context.key.provider->library, digest_name);
    const bool signs_message = context.key.type == RemoteKeyType::ed25519;
    if (!digest || (*digest == KeyDigest::none) != signs_message) {
      ERR_raise(ERR_LIB_PROV, PROV_R_INVALID_DIGEST);
      return false;
    }
    context.digest = *digest;
    context.padding = context.key.type == RemoteKeyType::rsa ? KeyPadding::pkcs1 : KeyPadding::none;
    return true;
  });
  return ready == 1 ? set_parameters(data, parameters) : 0;
}

Bytes to_be_signed(const SignatureContext& context, ByteView message) {
  if (context.digest == KeyDigest::none) return {message.begin(), message.end()};
  const auto& traits = traits_of(context.digest);
  Bytes digest(traits.size);
  if (EVP_Q_digest(context.key.provider->library, traits.name, "provider=default", message.data(),
                   message.size(), digest.data(), nullptr) != 1)
    return {};
  return digest;
}

int digest_sign(void* data, unsigned char* signature, std::size_t* length, std::size_t space,
                const unsigned char* message, std::size_t message_length) {
  return guarded([&] {
    const auto& context = *static_cast<const SignatureContext*>(data);
    if (signature == nullptr) {
      *length = static_cast<std::size_t>(EVP_PKEY_get_size(context.key.public_key.get()));
      return true;
    }
    KeyRequest request{.operation = KeyOperation::sign,
                       .key = *context.key.number,
                       .padding = context.padding,
                       .digest = context.digest,
                       .input = to_be_signed(context, {message, message_length})};
    if (context.padding == KeyPadding::pss)
      request.salt_length = static_cast<std::uint16_t>(traits_of(context.digest).size);
    const auto answer = context.key.provider->perform(std::move(request));
    if (!answer || answer->empty() || answer->size() > space) {
      ERR_raise(ERR_LIB_PROV, PROV_R_FAILED_TO_SIGN);
      return false;
    }
    std::ranges::copy(answer->reveal(), signature);
    *length = answer->size();
    return true;
  });
}

}  // namespace

const OSSL_ALGORITHM* remote_key_signature() {
  static const std::array functions{dispatch(OSSL_FUNC_SIGNATURE_NEWCTX, new_context),
                                    dispatch(OSSL_FUNC_SIGNATURE_FREECTX, free_context),
                                    dispatch(OSSL_FUNC_SIGNATURE_DUPCTX, duplicate_context),
                                    dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_sign_init),
                                    dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, digest_sign),
                                    dispatch(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_parameters),
                                    dispatch(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_parameters),
                                    OSSL_DISPATCH{}};
  static const std::array algorithms{OSSL_ALGORITHM{"RSA", "provider=keeper", functions.data()},
                                     OSSL_ALGORITHM{"ECDSA", "provider=keeper", functions.data()},
                                     OSSL_ALGORITHM{"ED25519", "provider=keeper", functions.data()},
                                     OSSL_ALGORITHM{"DSA", "provider=keeper", functions.data()},
                                     OSSL_ALGORITHM{}};
  return algorithms.data();
}

}  // namespace sallyport::tls
