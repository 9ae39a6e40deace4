// Key management of the provider `keeper`. All that is public is left to a key of the default provider.
#include <array>
#include <memory>
#include <utility>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "tls/remote_key_provider.hpp"

namespace sallyport::tls {

namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* it) { EVP_PKEY_CTX_free(it); })>;

template <RemoteKeyType type>
void* new_key(void* provider) {
  auto key = std::unique_ptr<RemoteKey>(new (std::nothrow) RemoteKey);
  if (key == nullptr) return nullptr;
  key->provider = static_cast<RemoteKeyProvider*>(provider);
  key->type = type;
  return key.release();
}

void free_key(void* key) {
  delete static_cast<RemoteKey*>(key);
}

const char* type_name(RemoteKeyType type) {
  switch (type) {
    case RemoteKeyType::rsa:
      return "RSA";
    case RemoteKeyType::ec:
      return "EC";
    case RemoteKeyType::ed25519:
      return "ED25519";
    case RemoteKeyType::dsa:
      return "DSA";
  }
  return "";
}

// Without the number this makes a public key. OpenSSL does that when it compares a certificate's key with
// ours.
int import(void* data, int /*selection*/, const OSSL_PARAM* parameters) {
  return guarded([&] {
    auto& key = *static_cast<RemoteKey*>(data);
    const KeyContext context(
        EVP_PKEY_CTX_new_from_name(key.provider->library, type_name(key.type), "provider=default"));
    EVP_PKEY* public_key = nullptr;
    if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &public_key, EVP_PKEY_PUBLIC_KEY,
                          const_cast<OSSL_PARAM*>(parameters)) != 1)
      return false;
    key.public_key.reset(public_key, Free{});
    const auto* number = OSSL_PARAM_locate_const(parameters, remote_key_number);
    if (number == nullptr) return true;
    unsigned value = 0;
    if (OSSL_PARAM_get_uint(number, &value) != 1 || !std::in_range<std::uint16_t>(value)) return false;
    key.number = static_cast<std::uint16_t>(value);
    return true;
  });
}

// Refusing the private half is what brings OpenSSL to our signature: it tries the default provider first,
// for which it would have to export the key.
int export_public(void* data, int selection, OSSL_CALLBACK* take, void* argument) {
  return guarded([&] {
    const auto& key = *static_cast<const RemoteKey*>(data);
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 || key.public_key == nullptr) return false;
    return EVP_PKEY_export(key.public_key.get(), selection, take, argument) == 1;
  });
}

const OSSL_PARAM* transferable(int /*selection*/) {
  static const std::array types{OSSL_PARAM OSSL_PARAM_uint(remote_key_number, nullptr),
                                OSSL_PARAM OSSL_PARAM_END};
  return types.data();
}

int has(const void* data, int selection) {
  const auto& key = *static_cast<const RemoteKey*>(data);
  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && !key.number) return 0;
  return key.public_key != nullptr ? 1 : 0;
}

int match(const void* left, const void* right, int selection) {
  return guarded([&] {
    const auto* first = static_cast<const RemoteKey*>(left)->public_key.get();
    const auto* second = static_cast<const RemoteKey*>(right)->public_key.get();
    if (first == nullptr || second == nullptr) return false;
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0) return EVP_PKEY_eq(first, second) == 1;
    return EVP_PKEY_parameters_eq(first, second) == 1;
  });
}

int read_parameters(void* data, OSSL_PARAM* parameters) {
  return guarded([&] {
    const auto& key = *static_cast<const RemoteKey*>(data);
    return key.public_key != nullptr && EVP_PKEY_get_params(key.public_key.get(), parameters) == 1;
  });
}

const OSSL_PARAM* readable_parameters(void* /*provider*/) {
  static const std::array types{OSSL_PARAM OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
                                OSSL_PARAM OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
                                OSSL_PARAM OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
                                OSSL_PARAM OSSL_PARAM_END};
  return types.data();
}

template <RemoteKeyType type>
const char* operation_name(int operation) {
  return type == RemoteKeyType::ec && operation == OSSL_OP_SIGNATURE ? "ECDSA" : type_name(type);
}

template <RemoteKeyType type>
const OSSL_DISPATCH* functions() {
  static const std::array all{dispatch(OSSL_FUNC_KEYMGMT_NEW, new_key<type>),
                              dispatch(OSSL_FUNC_KEYMGMT_FREE, free_key),
                              dispatch(OSSL_FUNC_KEYMGMT_HAS, has),
                              dispatch(OSSL_FUNC_KEYMGMT_MATCH, match),
                              dispatch(OSSL_FUNC_KEYMGMT_IMPORT, import),
                              dispatch(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, transferable),
                              dispatch(OSSL_FUNC_KEYMGMT_EXPORT, export_public),
                              dispatch(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, transferable),
                              dispatch(OSSL_FUNC_KEYMGMT_GET_PARAMS, read_parameters),
                              dispatch(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, readable_parameters),
                              dispatch(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name<type>),
                              OSSL_DISPATCH{}};
  return all.data();
}

}  // namespace

// Names and object identifiers as the default provider gives them, so that OpenSSL takes both for one type.
const OSSL_ALGORITHM* remote_key_management() {
  static const std::array algorithms{
      OSSL_ALGORITHM{"RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=keeper",
                     functions<RemoteKeyType::rsa>()},
      OSSL_ALGORITHM{"EC:id-ecPublicKey:1.2.840.10045.2.1", "provider=keeper",
                     functions<RemoteKeyType::ec>()},
      OSSL_ALGORITHM{"ED25519:1.3.101.112", "provider=keeper", functions<RemoteKeyType::ed25519>()},
      OSSL_ALGORITHM{"DSA:dsaEncryption:1.2.840.10040.4.1", "provider=keeper",
                     functions<RemoteKeyType::dsa>()},
      OSSL_ALGORITHM{}};
  return algorithms.data();
}

}  // namespace sallyport::tls
