#include "tls/aead_evp.hpp"

#include "tls/failure.hpp"

namespace sallyport::tls {

namespace {

const EVP_CIPHER* evp_cipher(AeadCipher cipher) {
  switch (cipher) {
    case AeadCipher::aes_128_gcm:
      return EVP_aes_128_gcm();
    case AeadCipher::aes_256_gcm:
      return EVP_aes_256_gcm();
    case AeadCipher::chacha20_poly1305:
      return EVP_chacha20_poly1305();
  }
  return nullptr;
}

int size_of(ByteView bytes) {
  return static_cast<int>(bytes.size());
}

}  // namespace

Result<std::unique_ptr<Aead::Evp>> Aead::Evp::with(AeadCipher cipher, Use use, ByteView key) {
  Context context(EVP_CIPHER_CTX_new());
  const int encrypts = use == Use::seal ? 1 : 0;
  if (!context ||
      EVP_CipherInit_ex2(context.get(), evp_cipher(cipher), key.data(), nullptr, encrypts, nullptr) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot set a record's key");
  }
  return std::unique_ptr<Evp>(new Evp(std::move(context)));
}

bool Aead::Evp::seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext, std::uint8_t* sealed) {
  auto* context = context_.get();
  int size = 0;
  return EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
         EVP_EncryptUpdate(context, nullptr, &size, additional.data(), size_of(additional)) == 1 &&
         EVP_EncryptUpdate(context, sealed, &size, plaintext.data(), size_of(plaintext)) == 1 &&
         EVP_EncryptFinal_ex(context, sealed + size, &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(aead_tag_size),
                             sealed + plaintext.size()) == 1;
}

bool Aead::Evp::open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed) {
  auto* context = context_.get();
  const auto text = sealed.first(sealed.size() - aead_tag_size);
  const auto tag = sealed.last(aead_tag_size);
  int size = 0;
  return EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &size, additional.data(), size_of(additional)) == 1 &&
         EVP_DecryptUpdate(context, text.data(), &size, text.data(), size_of(text)) == 1 &&
         EVP_DecryptFinal_ex(context, tag.data(), &size) == 1;
}

}  // namespace sallyport::tls
