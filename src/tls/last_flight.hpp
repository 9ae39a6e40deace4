// What the end that speaks last in a DTLS handshake keeps of it: if its flight is lost, the other end repeats
// its own and waits (RFC 6347 section 4.2.4). Of this module only, for dtls.cpp.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "tls/dtls_records.hpp"

namespace sallyport::tls {

// The records of a handshake, as they leave: what the record layer goes on from.
struct SentRecords {
  void note(ByteView datagram);

  std::uint64_t next_plain_sequence = 0;  // of epoch 0
  std::uint64_t next_sequence = 0;        // of epoch 1
  Bytes change_cipher_spec;               // the latest record
  Bytes finished;                         // ... encrypted
};

class LastFlight {
 public:
  static Result<LastFlight> of(const SentRecords& sent, const DtlsRecords::Beginning& beginning);

  // The flight again, as one datagram. Nothing: that has been enough.
  std::optional<Bytes> again(DtlsRecords& records);

 private:
  LastFlight(Bytes change_cipher_spec, Bytes finished, std::uint64_t next_plain_sequence)
      : change_cipher_spec_(std::move(change_cipher_spec)),
        finished_(std::move(finished)),
        next_plain_sequence_(next_plain_sequence) {}

  Bytes change_cipher_spec_;
  Bytes finished_;  // in plain
  std::uint64_t next_plain_sequence_;
  int tries_left_ = 10;
};

}  // namespace sallyport::tls
