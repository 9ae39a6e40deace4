// One DTLS association (phase 6): a handshake that both ends have agreed on at CONNECT, by OpenSSL, then
// records: our own record layer's with an AEAD suite, OpenSSL's with the others. Datagrams in, datagrams out:
// no socket, and no clock but OpenSSL's for repeating a lost flight.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "tls/connection.hpp"
#include "tls/dtls_records.hpp"
#include "tls/handles.hpp"

namespace sallyport::tls {

struct Datagrams;

class LastFlight;

// What CONNECT agreed on.
struct DtlsKeys {
  enum class Mode : std::uint8_t {
    psk,         // a handshake with a pre-shared key; the hello's session id only says whose it is
    resumption,  // the resumption of a session that never was
  };
  Mode mode = Mode::psk;
  bool cisco_0_9 = false;  // DTLS1_BAD_VER instead of DTLS 1.2; client only
  std::string ciphers;     // OpenSSL's list; of one suite for a resumption
  Bytes session_id;        // of the ClientHello, 1 to 32 bytes
  Secret secret;           // the pre-shared key; or the master secret, 48 bytes
};

class Dtls {
 public:
  // DtlsContext calls this. `own_records`: where the suite allows it.
  Dtls(SslHandle ssl, std::unique_ptr<Datagrams> datagrams, std::shared_ptr<const DtlsKeys> keys,
       ossl_lib_ctx_st* library, bool own_records);
  Dtls(Dtls&&) noexcept;
  Dtls& operator=(Dtls&&) noexcept;
  ~Dtls();

  // The steps that follow read this datagram, which must stay until the next one is fed or want_read comes.
  // A handshake drops one with a record that is too short to be encrypted: OpenSSL 3.0 would take it for a
  // fatal error, although anybody may have sent it.
  void feed(MutableByteView datagram);

  // want_read: feed it, or retransmit() in time. A server's first step needs the hello fed. What an agreed
  // handshake can't be (a full one instead of a resumption) fails before anything of it is sent.
  Step handshake();
  std::optional<std::chrono::microseconds> retransmit_in() const;  // nothing: the other end is to speak
  Step retransmit();

  // One record's plaintext, in the datagram or in `buffer`. Forged, repeated and late ones are passed over
  // without a word.
  Step read(MutableByteView buffer, MutableByteView& plaintext);
  // One record as output, or straight to `into`: its size then, 0 if it is not to be had.
  Step write(ByteView plaintext);
  std::size_t seal(ByteView plaintext, MutableByteView into);
  // What a record adds to its plaintext, at most.
  std::size_t overhead() const;
  void shutdown();  // close_notify

  // What the steps have written, to be sent in this order.
  std::span<const Bytes> output() const;
  void clear_output();

  bool is_established() const { return established_; }
  bool has_own_records() const { return records_ != nullptr; }
  // Has the other end finished, too? The one that speaks last in a handshake can't know.
  bool peer_has_finished() const { return peer_has_finished_; }
  const Error& error() const { return error_; }            // of the last step that was closed or failed
  const std::string& version() const { return version_; }  // once established: "DTLSv1.2"
  const std::string& cipher() const { return cipher_; }    // ... OpenSSL's name

 private:
  Step step(int result);
  Step fail_with(ErrorKind kind, std::string text);
  bool resumes_as_agreed() const;
  std::size_t shortest_record() const;
  void establish();
  void take_over_records();
  Result<void> try_to_take_over(AeadCipher cipher);
  Step read_own(MutableByteView& plaintext);
  std::optional<Step> take_note(DtlsRecords::Type type, ByteView plaintext);
  void repeat_or_refuse(ByteView handshake);

  // The order matters: the SSL goes first, it points to the others.
  std::shared_ptr<const DtlsKeys> keys_;
  std::unique_ptr<Datagrams> datagrams_;
  SslHandle ssl_;  // null: the record layer is ours
  std::unique_ptr<DtlsRecords> records_;
  std::unique_ptr<LastFlight> last_flight_;
  MutableByteView rest_;  // of the datagram fed, for our record layer
  ossl_lib_ctx_st* library_ = nullptr;
  Error error_;
  std::string version_;
  std::string cipher_;
  int refusals_left_ = 10;  // of renegotiations
  bool own_records_ = true;
  bool peer_has_finished_ = false;
  bool established_ = false;
  bool over_ = false;  // failed: OpenSSL must not be asked again
};

// The keys of the handshake that one of OpenSSL's callbacks is about.
const DtlsKeys& dtls_keys_of(const ssl_st* ssl);

}  // namespace sallyport::tls
