// The record layer of an established DTLS 1.2 association with an AEAD suite (RFC 6347 section 4.1, RFC 5288,
// RFC 7905): it takes over from OpenSSL after the handshake. No allocation, no lock, in place.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "tls/aead.hpp"
#include "tls/replay_window.hpp"

namespace sallyport::tls {

inline constexpr std::size_t dtls_record_header_size = 13;

class DtlsRecords {
 public:
  // One direction's share of the key block.
  struct Key {
    Secret key;
    Secret iv;  // 4 bytes of salt with GCM, 12 with ChaCha20
  };
  // Where the handshake has left off.
  struct Beginning {
    AeadCipher cipher = AeadCipher::aes_256_gcm;
    Key ours;
    Key peers;
    std::uint64_t next_sequence = 1;  // of ours; the Finished had one, too
    std::uint64_t next_nonce = 0;     // GCM's explicit part: goes on where OpenSSL's has ended
  };
  static Result<DtlsRecords> begin(const Beginning& beginning);

  enum class Type : std::uint8_t { alert = 21, handshake = 22, application_data = 23 };

  std::size_t overhead() const { return prefix_ + aead_tag_size; }  // bytes a record has beside its plaintext

  // A record of `plaintext` to `into`, which has room for it and lies apart. Its size; 0: there can be no
  // further one.
  std::size_t seal(Type type, ByteView plaintext, std::uint8_t* into);

  struct Opened {
    Type type = Type::application_data;
    std::uint64_t sequence = 0;
    MutableByteView plaintext;  // in the record
  };
  // `record`: exactly one, with its header. Nothing: forged, repeated, too late, or not of this epoch.
  std::optional<Opened> open(MutableByteView record);

 private:
  DtlsRecords(Aead seal, Aead open, const Beginning& beginning);

  Aead seal_;
  Aead open_;
  std::size_t prefix_;  // header and explicit nonce
  bool explicit_nonce_;
  AeadNonce our_iv_{};  // GCM: the salt, then zeros
  AeadNonce peers_iv_{};
  std::uint64_t next_sequence_;
  std::uint64_t next_nonce_;
  ReplayWindow window_;
};

}  // namespace sallyport::tls
