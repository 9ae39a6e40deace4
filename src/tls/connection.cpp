#include "tls/connection.hpp"

#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/batched_output.hpp"
#include "tls/failure.hpp"
#include "tls/handshake_record.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t session_id_offset = 38;  // type 1, length 3, version 2, random 32 (RFC 5246, 7.4.1)

// Both hellos carry their session id at the same place. Seen here, it is what was on the wire, which
// SSL_SESSION does not tell for TLS 1.3.
void note_hello(int, int, int content_type, const void* data, std::size_t size, SSL*, void* argument) {
  if (content_type != SSL3_RT_HANDSHAKE) return;
  const ByteView message(static_cast<const std::uint8_t*>(data), size);
  Reader reader(message);
  const auto type = reader.u8();
  if (!type || (*type != SSL3_MT_CLIENT_HELLO && *type != SSL3_MT_SERVER_HELLO)) return;
  if (!reader.take(session_id_offset - 1)) return;
  const auto length = reader.u8();
  if (!length) return;
  const auto id = reader.take(*length);
  if (!id) return;
  auto& record = *static_cast<HandshakeRecord*>(argument);
  (*type == SSL3_MT_CLIENT_HELLO ? record.client_session_id : record.server_session_id)
      .assign(id->begin(), id->end());
}

// More of them than one handshake has are no use to anybody (RFC 8446 bounds KeyUpdates by nothing else).
constexpr int most_messages = 16;
// One handshake has fewer, also in records of 512 bytes (RFC 6066); one message may be cut into any number.
constexpr int most_records = 64;

// After the first handshake. While there are messages and no data, OpenSSL would go on reading.
void count_message(int written, int, int content_type, const void* data, std::size_t size, SSL* ssl,
                   void* argument) {
  auto& record = *static_cast<HandshakeRecord*>(argument);
  if (content_type == SSL3_RT_HEADER && written == 0 && ++record.records > most_records) {
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);  // the read ends with this record
  }
  if (content_type != SSL3_RT_HANDSHAKE || size == 0) return;
  // The last message is the server's, as none is ever abbreviated.
  const bool finished = *static_cast<const std::uint8_t*>(data) == SSL3_MT_FINISHED;
  if (finished && written == SSL_is_server(ssl)) ++record.renegotiations;
  if (written == 0 && ++record.messages > most_messages) SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
}

struct Saying {
  int reason;
  ErrorKind kind;
  std::string_view text;  // after "the client" or "the gateway"
};

constexpr Saying sayings[] = {
    {SSL_R_HTTP_REQUEST, ErrorKind::malformed, " sent plain HTTP"},
    {SSL_R_HTTPS_PROXY_REQUEST, ErrorKind::malformed, " sent a plain HTTP proxy request"},
    {SSL_R_WRONG_VERSION_NUMBER, ErrorKind::malformed, " does not speak TLS"},
    {SSL_R_NO_SHARED_CIPHER, ErrorKind::unsupported, " has no cipher suite in common with us"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, ErrorKind::unsupported,
     " has no signature algorithm for our key"},
    {SSL_R_NO_SUITABLE_KEY_SHARE, ErrorKind::unsupported, " has no key exchange group in common with us"},
    {SSL_R_UNSUPPORTED_PROTOCOL, ErrorKind::unsupported, " offers no TLS version that we accept"},
    {SSL_R_VERSION_TOO_LOW, ErrorKind::unsupported, " offers no TLS version that we accept"},
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, ErrorKind::unsupported,
     " does not know secure renegotiation (RFC 5746)"},
    {SSL_R_DH_KEY_TOO_SMALL, ErrorKind::unsupported, " uses a Diffie-Hellman key that is too small"},
    {SSL_R_NO_RENEGOTIATION, ErrorKind::denied, " refused to renegotiate"},
};

// Those that say that the ends have nothing in common, from those about one end.
ErrorKind kind_of_alert(int alert) {
  const bool nothing_in_common = alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_PROTOCOL_VERSION ||
                                 alert == SSL_AD_INSUFFICIENT_SECURITY;
  return nothing_in_common ? ErrorKind::unsupported : ErrorKind::denied;
}

}  // namespace

HandshakeRecord* record_of(const ssl_st* ssl) {
  return static_cast<HandshakeRecord*>(SSL_get_app_data(ssl));
}

HandshakeRecord* record_of(x509_store_ctx_st* verification) {
  const void* ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
  return record_of(static_cast<const SSL*>(ssl));
}

Connection::Connection(SslHandle ssl, std::unique_ptr<HandshakeRecord> record)
    : record_(std::move(record)), ssl_(std::move(ssl)) {
  SSL_set_app_data(ssl_.get(), record_.get());
  SSL_set_msg_callback(ssl_.get(), note_hello);
  SSL_set_msg_callback_arg(ssl_.get(), record_.get());
}

Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection& Connection::operator=(Connection&& other) noexcept {
  ssl_ = std::move(other.ssl_);  // first: ours still points to what follows
  record_ = std::move(other.record_);
  output_ = std::move(other.output_);
  error_ = std::move(other.error_);
  end_ = other.end_;
  write_failed_ = other.write_failed_;
  return *this;
}

void Connection::attach(int socket) {
  SSL_set_fd(ssl_.get(), socket);
}

void Connection::attach_memory() {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);  // empty means wait, not end
  BIO_set_mem_eof_return(out, -1);
  SSL_set_bio(ssl_.get(), in, out);
}

void Connection::feed(ByteView bytes) {
  BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

Bytes Connection::take_output() {
  BIO* out = SSL_get_wbio(ssl_.get());
  Bytes bytes(BIO_ctrl_pending(out));
  BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

Step Connection::handshake() {
  if (end_) return *end_;
  forget_errors();
  const Step outcome = step(SSL_do_handshake(ssl_.get()));
  if (outcome == Step::closed) {
    return fail_with(ErrorKind::closed, std::string(peer()) + " closed the connection during the handshake");
  }
  if (outcome == Step::done && !record_->established) {
    record_->established = true;
    SSL_clear_mode(ssl_.get(), SSL_MODE_ASYNC);
    SSL_set_msg_callback(ssl_.get(), count_message);
  }
  return outcome;
}

Step Connection::read(MutableByteView buffer, std::size_t& size) {
  size = 0;
  if (end_) return *end_;
  forget_errors();
  record_->messages = record_->records = 0;
  const Step outcome = step(SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size));
  if (record_->records > most_records) {
    return fail_with(ErrorKind::malformed, std::string(peer()) + " sends a handshake in too many records");
  }
  if (outcome == Step::failed || outcome == Step::closed) return outcome;
  if (record_->messages > most_messages) {
    return fail_with(ErrorKind::malformed, std::string(peer()) + " changes its keys again and again");
  }
  answer_key_update();
  return outcome;
}

Step Connection::write(ByteView bytes, std::size_t& size) {
  size = 0;
  if (end_) return *end_;
  if (write_failed_) return Step::failed;
  if (bytes.empty()) return Step::done;
  // Inside SSL_write a renegotiation takes data from the peer for a fatal error.
  if (renegotiating()) return Step::want_read;
  forget_errors();
  const Step outcome = step(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size));
  if (outcome == Step::failed && error_.kind == ErrorKind::closed) {
    end_.reset();
    write_failed_ = true;
  }
  if (outcome == Step::done) answer_key_update();
  return outcome;
}

Result<void> Connection::batch_output(int socket, OutputBuffers& buffers) {
  auto output = std::make_unique<BatchedOutput>(socket, buffers);
  BIO* bio = new_batched_bio(*output);
  if (bio == nullptr) return fail_openssl(ErrorKind::unavailable, "no memory for a connection");
  SSL_set0_wbio(ssl_.get(), bio);
  output_ = std::move(output);
  return {};
}

Step Connection::flush_output() {
  if (!output_ || output_->empty()) return Step::done;
  if (write_failed_) return Step::failed;
  if (output_->flush()) return Step::done;
  if (output_->error() == 0) return Step::want_write;
  error_ = fail_errno("the connection to " + std::string(peer()) + " broke", output_->error()).value();
  error_.kind = ErrorKind::closed;
  write_failed_ = true;
  return Step::failed;
}

bool Connection::has_unsent() const {
  return output_ && !output_->empty();
}

void Connection::read_ahead() {
  constexpr std::size_t several_records = 64 << 10;
  SSL_set_default_read_buffer_len(ssl_.get(), several_records);
  SSL_set_read_ahead(ssl_.get(), 1);
}

Step Connection::shutdown() {
  if (end_ || write_failed_ || SSL_in_init(ssl_.get()) != 0)
    return Step::done;  // nothing can be said any more, or yet
  forget_errors();
  const int result = SSL_shutdown(ssl_.get());
  return result >= 0 ? Step::done : step(result);
}

Step Connection::step(int result) {
  const int number = errno;
  if (result > 0) return Step::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::want_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::want_write;
    case SSL_ERROR_WANT_ASYNC:
      return Step::want_keeper;
    case SSL_ERROR_ZERO_RETURN:
      return close_with(std::string(peer()) + " closed the connection");
    case SSL_ERROR_SYSCALL:
      if (number == 0) break;
      error_ = fail_errno("the connection to " + std::string(peer()) + " broke", number).value();
      error_.kind = ErrorKind::closed;
      end_ = Step::failed;
      return Step::failed;
    default:
      break;
  }
  return fail_from_queue();
}

Step Connection::fail_from_queue() {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  const std::string who(peer());
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    // ocserv often closes TCP without close_notify (protocol reference 1.1), so this is an end like another.
    end_ = Step::closed;
    return close_with(who + " closed the connection without a close_notify");
  }
  if (!record_->refusal.empty()) return fail_with(ErrorKind::denied, record_->refusal);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    if (reason >= SSL_AD_REASON_OFFSET) {
      const int alert = reason - SSL_AD_REASON_OFFSET;
      return fail_with(kind_of_alert(alert), who + " ended the connection with the alert '" +
                                                 SSL_alert_desc_string_long(alert) + "'");
    }
    for (const auto& saying : sayings) {
      if (saying.reason == reason) return fail_with(saying.kind, who + std::string(saying.text));
    }
  }
  const char* text = ERR_reason_error_string(code);
  return fail_with(ErrorKind::malformed,
                   "TLS with " + who + " failed: " + (text != nullptr ? text : "no reason is known"));
}

Step Connection::fail_with(ErrorKind kind, std::string text) {
  error_ = {kind, std::move(text)};
  end_ = Step::failed;  // after a fatal error OpenSSL must not be asked again
  ERR_clear_error();
  return Step::failed;
}

Step Connection::close_with(std::string text) {
  error_ = {ErrorKind::closed, std::move(text)};
  ERR_clear_error();
  return Step::closed;
}

std::string_view Connection::peer() const {
  return is_server() ? "the client" : "the gateway";
}

bool Connection::is_server() const {
  return SSL_is_server(ssl_.get()) != 0;
}

bool Connection::is_established() const {
  return record_->established;
}

std::string Connection::version() const {
  return SSL_get_version(ssl_.get());
}

std::string Connection::cipher() const {
  return SSL_get_cipher_name(ssl_.get());
}

std::string Connection::key_exchange() const {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  if (cipher == nullptr) return {};
  const int exchange = SSL_CIPHER_get_kx_nid(cipher);
  if (exchange == NID_kx_rsa) return "RSA";
  if (exchange == NID_kx_dhe) return "DHE";
  const int group = static_cast<int>(SSL_get_negotiated_group(ssl_.get()));
  const char* name = EC_curve_nid2nist(group);
  if (name == nullptr) name = OBJ_nid2sn(group);
  return name != nullptr ? name : "";
}

std::string Connection::server_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

const Bytes& Connection::client_session_id() const {
  return record_->client_session_id;
}

const Bytes& Connection::server_session_id() const {
  return record_->server_session_id;
}

std::size_t Connection::pending() const {
  return static_cast<std::size_t>(SSL_pending(ssl_.get()));
}

std::optional<Certificate> Connection::own_certificate() const {
  CertificateHandle certificate(SSL_get_certificate(ssl_.get()));
  if (!certificate) return std::nullopt;
  X509_up_ref(certificate.get());
  auto own = Certificate::from_native(std::move(certificate));
  return own ? std::optional(std::move(*own)) : std::nullopt;
}

bool Connection::certificate_requested() const {
  return record_->certificate_requested;
}

const std::optional<Certificate>& Connection::peer_certificate() const {
  return record_->peer;
}

const CertificateFaults& Connection::faults() const {
  return record_->faults;
}

Result<Secret> Connection::export_key(std::string_view label, std::size_t length) const {
  if (!is_established()) return fail(ErrorKind::internal, "no key can be exported before the handshake");
  Bytes key(length);
  ERR_clear_error();
  if (SSL_export_keying_material(ssl_.get(), key.data(), key.size(), label.data(), label.size(), nullptr, 0,
                                 0) != 1) {
    return fail_openssl(ErrorKind::internal, "cannot export a key");
  }
  return Secret(std::move(key));
}

}  // namespace sallyport::tls
