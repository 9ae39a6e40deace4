// Pins: a server's key or certificate known by its hash, in openconnect's `--servercert` grammar. Phase 1,
// client: a pin replaces the check against certificate authorities.
#pragma once

#include <string>
#include <string_view>

#include "tls/certificate.hpp"

namespace sallyport::tls {

// pin-sha256:BASE64   SHA-256 over the public key (SubjectPublicKeyInfo); letter case counts
// sha256:HEX          the same in hex
// sha1:HEX            SHA-1 over the public key
// HEX                 SHA-1 over the whole certificate
// A hash may be cut after its fourth character or later (protocol reference 1.2).
class Pin {
 public:
  static Result<Pin> parse(std::string_view text);
  bool matches(const Certificate& certificate) const;

 private:
  enum class Form { key_sha256_base64, key_sha256_hex, key_sha1_hex, certificate_sha1_hex };

  Pin(Form form, std::string_view hash) : form_(form), hash_(hash) {}
  Form form_;
  std::string hash_;
};

std::string pin_sha256(const Certificate& certificate);  // "pin-sha256:" and the whole hash

}  // namespace sallyport::tls
