#include "store/sha256.hpp"

#include <openssl/evp.h>

namespace sallyport::store {

Sha256 sha256_of(ByteView bytes) {
  Sha256 digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw Failure({ErrorKind::internal, "OpenSSL cannot compute SHA-256"});
  return digest;
}

}  // namespace sallyport::store
