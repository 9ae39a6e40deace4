#include "tls/aead_ipsec_mb.hpp"

#if SALLYPORT_IPSEC_MB

#include <algorithm>
#include <new>

#include <openssl/crypto.h>

#include "base/secret.hpp"

namespace sallyport::tls {

namespace {

// Only its table of functions is used, which threads may share.
const IMB_MGR* manager() {
  static const IMB_MGR* const made = [] {
    IMB_MGR* manager = alloc_mb_mgr(0);
    if (manager != nullptr) init_mb_mgr_auto(manager, nullptr);
    return manager;
  }();
  return made;
}

void work_gcm(aes_gcm_enc_dec_t work, const gcm_key_data& key, const AeadNonce& nonce, ByteView additional,
              ByteView text, std::uint8_t* out, std::uint8_t* tag) {
  gcm_context_data context;
  work(&key, &context, out, text.data(), text.size(), nonce.data(), additional.data(), additional.size(), tag,
       aead_tag_size);
}

void work_chacha(chacha_poly_enc_dec_update_t update, const std::array<std::uint8_t, 32>& key,
                 const AeadNonce& nonce, ByteView additional, ByteView text, std::uint8_t* out,
                 std::uint8_t* tag) {
  chacha20_poly1305_context_data context;
  const auto* all = manager();
  all->chacha20_poly1305_init(key.data(), &context, nonce.data(), additional.data(), additional.size());
  update(key.data(), &context, out, text.data(), text.size());
  all->chacha20_poly1305_finalize(&context, tag, aead_tag_size);
}

}  // namespace

bool ipsec_mb_suits() {
  const auto* all = manager();
  constexpr auto needed = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ | IMB_FEATURE_AVX512_SKX;
  return all != nullptr && (all->features & needed) == needed;
}

Aead::IpsecMb::IpsecMb(AeadCipher cipher, ByteView key) : cipher_(cipher) {
  switch (cipher) {
    case AeadCipher::aes_128_gcm:
      new (&gcm_) gcm_key_data;
      manager()->gcm128_pre(key.data(), &gcm_);
      break;
    case AeadCipher::aes_256_gcm:
      new (&gcm_) gcm_key_data;
      manager()->gcm256_pre(key.data(), &gcm_);
      break;
    case AeadCipher::chacha20_poly1305:
      new (&chacha_) decltype(chacha_);
      std::ranges::copy(key, chacha_.begin());
      break;
  }
}

Aead::IpsecMb::~IpsecMb() {
  OPENSSL_cleanse(&gcm_, sizeof gcm_);
}

void Aead::IpsecMb::seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext,
                         std::uint8_t* sealed) {
  std::uint8_t* tag = sealed + plaintext.size();
  switch (cipher_) {
    case AeadCipher::aes_128_gcm:
      return work_gcm(manager()->gcm128_enc, gcm_, nonce, additional, plaintext, sealed, tag);
    case AeadCipher::aes_256_gcm:
      return work_gcm(manager()->gcm256_enc, gcm_, nonce, additional, plaintext, sealed, tag);
    case AeadCipher::chacha20_poly1305:
      return work_chacha(manager()->chacha20_poly1305_enc_update, chacha_, nonce, additional, plaintext,
                         sealed, tag);
  }
}

bool Aead::IpsecMb::open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed) {
  const auto text = sealed.first(sealed.size() - aead_tag_size);
  std::array<std::uint8_t, aead_tag_size> tag;
  switch (cipher_) {
    case AeadCipher::aes_128_gcm:
      work_gcm(manager()->gcm128_dec, gcm_, nonce, additional, text, text.data(), tag.data());
      break;
    case AeadCipher::aes_256_gcm:
      work_gcm(manager()->gcm256_dec, gcm_, nonce, additional, text, text.data(), tag.data());
      break;
    case AeadCipher::chacha20_poly1305:
      work_chacha(manager()->chacha20_poly1305_dec_update, chacha_, nonce, additional, text, text.data(),
                  tag.data());
      break;
  }
  return CRYPTO_memcmp(tag.data(), sealed.last(aead_tag_size).data(), tag.size()) == 0;
}

}  // namespace sallyport::tls

#else

namespace sallyport::tls {

bool ipsec_mb_suits() {
  return false;
}

}  // namespace sallyport::tls

#endif
