// AEAD by OpenSSL's EVP. Of this module only, for aead.cpp.
#pragma once

#include <openssl/evp.h>

#include "tls/aead.hpp"

namespace sallyport::tls {

class Aead::Evp {
 public:
  static Result<std::unique_ptr<Evp>> with(AeadCipher cipher, Use use, ByteView key);

  bool seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext, std::uint8_t* sealed);
  bool open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // wipes the key
  };
  using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;
  explicit Evp(Context context) : context_(std::move(context)) {}

  Context context_;
};

}  // namespace sallyport::tls
