// The ciphers of the data path's records, with keys that are set once: AES-GCM (NIST SP 800-38D) and
// ChaCha20-Poly1305 (RFC 8439). Intel's ipsec-mb does the work where the CPU has VAES, OpenSSL's EVP
// elsewhere; both give the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace sallyport::tls {

inline constexpr std::size_t aead_tag_size = 16;
using AeadNonce = std::array<std::uint8_t, 12>;

enum class AeadCipher : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };
std::size_t key_size(AeadCipher cipher);

enum class AeadLibrary : std::uint8_t { evp, ipsec_mb };
std::string_view name_of(AeadLibrary library);
// ipsec-mb if it was built in and this CPU has VAES and VPCLMULQDQ, and nobody asked for another.
AeadLibrary preferred_aead_library();
// At the program's start, before the first key.
void use_aead_library(AeadLibrary library);

class Aead {
 public:
  enum class Use : std::uint8_t { seal, open };
  // unsupported: the library was not built in, or the CPU can't. The key has key_size() bytes.
  static Result<Aead> with(AeadCipher cipher, Use use, ByteView key,
                           AeadLibrary library = preferred_aead_library());
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  ~Aead();

  // Ciphertext and tag, to where there is room for both: the plaintext's own place, or one apart from it.
  // False: the library failed.
  bool seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext, std::uint8_t* sealed);
  // The plaintext takes the ciphertext's place, the tag is at the end. False: not authentic, or shorter than
  // a tag; what is there then means nothing.
  bool open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed);

 private:
  class Evp;
  class IpsecMb;
  explicit Aead(std::unique_ptr<Evp> evp);
  explicit Aead(std::unique_ptr<IpsecMb> ipsec_mb);

  std::unique_ptr<IpsecMb> ipsec_mb_;  // one of both
  std::unique_ptr<Evp> evp_;
};

}  // namespace sallyport::tls
