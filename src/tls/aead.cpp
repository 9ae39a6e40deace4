#include "tls/aead.hpp"

#include <utility>

#include "tls/aead_evp.hpp"
#include "tls/aead_ipsec_mb.hpp"

namespace sallyport::tls {

namespace {

AeadLibrary& chosen_library() {
  static AeadLibrary chosen = ipsec_mb_suits() ? AeadLibrary::ipsec_mb : AeadLibrary::evp;
  return chosen;
}

}  // namespace

std::size_t key_size(AeadCipher cipher) {
  return cipher == AeadCipher::aes_128_gcm ? 16 : 32;
}

std::string_view name_of(AeadLibrary library) {
  return library == AeadLibrary::evp ? "OpenSSL" : "ipsec-mb";
}

AeadLibrary preferred_aead_library() {
  return chosen_library();
}

void use_aead_library(AeadLibrary library) {
  chosen_library() = library;
}

Result<Aead> Aead::with(AeadCipher cipher, Use use, ByteView key, AeadLibrary library) {
  if (key.size() != key_size(cipher)) return fail(ErrorKind::internal, "a record's key has another length");
  if (library == AeadLibrary::evp) return Aead(TRY(Evp::with(cipher, use, key)));
  if (!ipsec_mb_suits()) return fail(ErrorKind::unsupported, "ipsec-mb can't be used on this machine");
#if SALLYPORT_IPSEC_MB
  return Aead(std::make_unique<IpsecMb>(cipher, key));
#else
  std::unreachable();
#endif
}

Aead::Aead(std::unique_ptr<Evp> evp) : evp_(std::move(evp)) {}
Aead::Aead(std::unique_ptr<IpsecMb> ipsec_mb) : ipsec_mb_(std::move(ipsec_mb)) {}
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;
Aead::~Aead() = default;

bool Aead::seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext, std::uint8_t* sealed) {
#if SALLYPORT_IPSEC_MB
  if (ipsec_mb_) {
    ipsec_mb_->seal(nonce, additional, plaintext, sealed);
    return true;
  }
#endif
  return evp_->seal(nonce, additional, plaintext, sealed);
}

bool Aead::open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed) {
  if (sealed.size() < aead_tag_size) return false;
#if SALLYPORT_IPSEC_MB
  if (ipsec_mb_) return ipsec_mb_->open(nonce, additional, sealed);
#endif
  return evp_->open(nonce, additional, sealed);
}

}  // namespace sallyport::tls
