// AEAD by Intel's ipsec-mb. Of this module only, for aead.cpp; without the library only the first function
// is there, and says no.
#pragma once

#include "tls/aead.hpp"

#if SALLYPORT_IPSEC_MB
#include <intel-ipsec-mb.h>
#include <openssl/evp.h>  // first: ipsec-mb has a macro SHA1
#endif

namespace sallyport::tls {

// Built in, and the CPU has VAES and VPCLMULQDQ.
bool ipsec_mb_suits();

#if SALLYPORT_IPSEC_MB

class Aead::IpsecMb {
 public:
  IpsecMb(AeadCipher cipher, ByteView key);
  IpsecMb(const IpsecMb&) = delete;
  IpsecMb& operator=(const IpsecMb&) = delete;
  ~IpsecMb();

  void seal(const AeadNonce& nonce, ByteView additional, ByteView plaintext, std::uint8_t* sealed);
  bool open(const AeadNonce& nonce, ByteView additional, MutableByteView sealed);

 private:
  AeadCipher cipher_;
  union {
    gcm_key_data gcm_;
    std::array<std::uint8_t, 32> chacha_;
  };
};

#else

class Aead::IpsecMb {};

#endif

}  // namespace sallyport::tls
