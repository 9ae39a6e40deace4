// One TLS connection that never waits: each call does what it can and says what it needs next. Phase 1 makes
// it, phases 2 to 5 read and write through it, after CONNECT it moves to a tunnel worker.
//
// Any call on a socket whose other end is gone may raise SIGPIPE, also a read (OpenSSL answers a sudden end
// with an alert): programs ignore that signal.
// A connection that wants its keeper must be driven by handshake() until it does not (with the request marked
// failed if need be) before it is destroyed: OpenSSL cannot free a paused job.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "tls/certificate.hpp"
#include "tls/handles.hpp"
#include "tls/verification.hpp"

namespace sallyport::tls {

struct HandshakeRecord;
class BatchedOutput;
class OutputBuffers;

enum class Step {
  done,
  want_read,    // call again once the socket is readable
  want_write,   // call again once it is writable
  want_keeper,  // call again once the keeper has answered
  closed,       // the peer said goodbye or, after the handshake, went away without
  failed,       // error() says why; the connection is of no more use
};

class Connection {
 public:
  Connection(SslHandle ssl, std::unique_ptr<HandshakeRecord> record);  // the contexts call this
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  void attach(int socket);  // non-blocking; stays the caller's
  // Without a socket: what arrives is fed, what is to be sent is taken.
  void attach_memory();
  void feed(ByteView bytes);
  Bytes take_output();

  Step handshake();
  Step read(MutableByteView buffer, std::size_t& size);
  // May take a part; after want_* offer the same bytes again. Where the peer went away, writing fails from
  // now on, and read() still gives what it had said before.
  Step write(ByteView bytes, std::size_t& size);
  // From now on what write() writes to this socket leaves with flush_output(), or when it is much. For a
  // tunnel; `buffers` is its thread's and outlives the connection.
  Result<void> batch_output(int socket, OutputBuffers& buffers);
  Step flush_output();      // want_write: the socket is full
  bool has_unsent() const;  // something waits for flush_output()
  // Reads so much of the socket at once that several records come with one call.
  void read_ahead();
  Step shutdown();                               // sends close_notify, does not wait for the peer's
  const Error& error() const { return error_; }  // of the last step that was closed or failed

  // New keys: TLS 1.3 sends a KeyUpdate that asks for one in return. Not while write() is to be called again
  // with the same bytes. After want_write, read() and write() send what is left of it. The peer's KeyUpdates
  // are answered by read().
  Step key_update();
  // TLS 1.2 and before, client; not while write() is to be called again with the same bytes. From now until
  // `renegotiating()` ends, read() drives the handshake (and gives data that arrives meanwhile) and write()
  // answers want_read. If the gateway refuses, OpenSSL fails the connection.
  Result<void> renegotiate();
  // At the gateway: the client has begun one. Where it may, read() must not be called while write() is to be
  // called again with the same bytes: OpenSSL would take them for the handshake's.
  bool renegotiating() const;
  unsigned renegotiations() const;         // how many were finished
  void allow_renegotiation(bool allowed);  // gateway: may the client start one? Not by default.
  bool secure_renegotiation() const;       // TLS 1.2 and before: the peer knows RFC 5746

  bool is_server() const;
  bool is_established() const;       // the handshake is done
  std::string version() const;       // "TLSv1.3"
  std::string cipher() const;        // OpenSSL's name
  std::string key_exchange() const;  // "X25519", "P-256" …; "DHE" or "RSA" without a named group
  std::string server_name() const;   // SNI the client sent; "" if none
  const Bytes& client_session_id() const;
  const Bytes& server_session_id() const;
  std::size_t pending() const;                         // decrypted bytes that read() gives without the socket
  std::optional<Certificate> own_certificate() const;  // the one this handshake used
  bool certificate_requested() const;                  // client: the gateway asked for a certificate
  const std::optional<Certificate>& peer_certificate() const;
  const CertificateFaults& faults() const;  // of the peer's certificate
  // RFC 5705 without context: `length` bytes that both ends compute alike.
  Result<Secret> export_key(std::string_view label, std::size_t length) const;

  // For the hand-over to another owner or thread; this object is empty afterwards. The socket stays attached.
  [[nodiscard]] Connection release() { return std::move(*this); }
  explicit operator bool() const { return ssl_ != nullptr; }
  ssl_st* native() const { return ssl_.get(); }

 private:
  Step step(int result);
  void answer_key_update();
  Step fail_with(ErrorKind kind, std::string text);
  Step close_with(std::string text);
  Step fail_from_queue();
  std::string_view peer() const;  // "the client", "the gateway"

  // The order matters: the SSL goes first, it points to the others.
  std::unique_ptr<HandshakeRecord> record_;
  std::unique_ptr<BatchedOutput> output_;  // null: records leave at once
  SslHandle ssl_;
  Error error_;
  std::optional<Step> end_;    // nothing can follow: every further step gives this
  bool write_failed_ = false;  // the socket takes nothing any more
};

}  // namespace sallyport::tls
