#include "tls/dtls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include "tls/datagram_bio.hpp"
#include "tls/dtls_records.hpp"
#include "tls/last_flight.hpp"

namespace sallyport::tls {

namespace {

// A flight of ours is a few hundred bytes: it never needs to be cut for any path.
constexpr long handshake_datagram = 1200;

// RFC 6347 section 4.1: type, version, epoch, sequence number, length.
bool holds_short_record(ByteView datagram, std::size_t shortest) {
  Reader in(datagram);
  while (!in.empty()) {
    if (!in.take(3)) return false;  // OpenSSL passes over what is cut
    const auto epoch = in.u16();
    const auto sequence = in.take(6);
    const auto length = in.u16();
    if (!epoch || !sequence || !length || !in.take(*length)) return false;
    if (*epoch > 0 && *length < shortest) return true;
  }
  return false;
}

std::string alert_text(int reason) {
  return std::string("the other end refused with the alert '") +
         SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "'";
}

}  // namespace

Dtls::Dtls(SslHandle ssl, std::unique_ptr<Datagrams> datagrams, std::shared_ptr<const DtlsKeys> keys,
           ossl_lib_ctx_st* library, bool own_records)
    : keys_(std::move(keys)),
      datagrams_(std::move(datagrams)),
      ssl_(std::move(ssl)),
      library_(library),
      own_records_(own_records) {
  SSL_set_app_data(ssl_.get(), const_cast<DtlsKeys*>(keys_.get()));
  SSL_set_mtu(ssl_.get(), handshake_datagram);
}

Dtls::Dtls(Dtls&&) noexcept = default;
Dtls::~Dtls() = default;

Dtls& Dtls::operator=(Dtls&& other) noexcept {
  ssl_ = std::move(other.ssl_);  // first: ours still points to what follows
  datagrams_ = std::move(other.datagrams_);
  keys_ = std::move(other.keys_);
  records_ = std::move(other.records_);
  last_flight_ = std::move(other.last_flight_);
  rest_ = other.rest_;
  library_ = other.library_;
  error_ = std::move(other.error_);
  version_ = std::move(other.version_);
  cipher_ = std::move(other.cipher_);
  refusals_left_ = other.refusals_left_;
  own_records_ = other.own_records_;
  peer_has_finished_ = other.peer_has_finished_;
  established_ = other.established_;
  over_ = other.over_;
  return *this;
}

const DtlsKeys& dtls_keys_of(const ssl_st* ssl) {
  return *static_cast<const DtlsKeys*>(SSL_get_app_data(ssl));
}

// Explicit nonce and tag (RFC 5288, RFC 7905); all others are longer. Before the suite is known nothing that
// belongs there is as short as that: an encrypted Finished has 40 bytes at least.
std::size_t Dtls::shortest_record() const {
  const bool chacha = established_ && cipher_.find("CHACHA20") != std::string::npos;
  return chacha ? 16 : 24;
}

void Dtls::feed(MutableByteView datagram) {
  rest_ = datagram;
  if (records_) return;
  datagrams_->incoming = holds_short_record(datagram, shortest_record()) ? ByteView() : datagram;
}

// A gateway knows after the hello, a client at the end: a full handshake would prove nothing, since nobody
// verifies a certificate here (protocol reference 7.3).
bool Dtls::resumes_as_agreed() const {
  const bool resumed = SSL_session_reused(ssl_.get()) != 0;
  if (keys_->mode == DtlsKeys::Mode::psk) return !resumed;
  const bool decided = established_ || (SSL_is_server(ssl_.get()) != 0 && datagrams_->waiting > 0);
  return resumed || !decided;
}

Step Dtls::handshake() {
  if (over_) return Step::failed;
  if (established_) return Step::done;
  ERR_clear_error();
  const Step outcome = step(SSL_do_handshake(ssl_.get()));
  established_ = outcome == Step::done;
  if ((outcome == Step::done || outcome == Step::want_read) && !resumes_as_agreed()) {
    clear_output();
    established_ = false;
    return fail_with(ErrorKind::denied, "the other end does not resume the session that was agreed on");
  }
  if (established_) establish();
  return outcome;
}

void Dtls::establish() {
  version_ = SSL_get_version(ssl_.get());
  cipher_ = SSL_get_cipher_name(ssl_.get());
  // The last flight is the server's in a full handshake, the client's in a resumption.
  const bool we_are_server = SSL_is_server(ssl_.get()) != 0;
  peer_has_finished_ = we_are_server == (keys_->mode == DtlsKeys::Mode::resumption);
  if (own_records_) take_over_records();
}

std::optional<std::chrono::microseconds> Dtls::retransmit_in() const {
  timeval left{};
  if (over_ || !ssl_ || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return std::nullopt;
  return std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

Step Dtls::retransmit() {
  if (over_) return Step::failed;
  if (!ssl_) return Step::want_read;
  ERR_clear_error();
  const long result = DTLSv1_handle_timeout(ssl_.get());
  return result >= 0 ? Step::want_read : step(static_cast<int>(result));
}

std::span<const Bytes> Dtls::output() const {
  return std::span(datagrams_->outgoing).first(datagrams_->waiting);
}

void Dtls::clear_output() {
  datagrams_->waiting = 0;
}

Step Dtls::step(int result) {
  if (result > 0) return Step::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Step::want_read;
    case SSL_ERROR_ZERO_RETURN:
      error_ = {ErrorKind::closed, "the other end closed DTLS"};
      over_ = true;
      return Step::closed;
    default:
      break;
  }
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET) {
    return fail_with(ErrorKind::denied, alert_text(reason));
  }
  const char* text = ERR_reason_error_string(code);
  return fail_with(ErrorKind::malformed, text != nullptr ? text : "no reason is known");
}

Step Dtls::fail_with(ErrorKind kind, std::string text) {
  error_ = {kind, std::move(text)};
  over_ = true;
  ERR_clear_error();
  return Step::failed;
}

}  // namespace sallyport::tls
