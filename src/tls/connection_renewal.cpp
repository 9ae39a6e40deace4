// New keys for a connection that is established: KeyUpdates of TLS 1.3, renegotiations before.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/connection.hpp"
#include "tls/failure.hpp"
#include "tls/handshake_record.hpp"

namespace sallyport::tls {

Step Connection::key_update() {
  if (end_) return *end_;
  forget_errors();
  if (SSL_version(ssl_.get()) >= TLS1_3_VERSION && SSL_in_init(ssl_.get()) != 0) {  // an answer to the peer's
    const Step outcome = step(SSL_do_handshake(ssl_.get()));
    if (outcome != Step::done) return outcome;
  }
  if (SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) != 1) return fail_from_queue();
  return step(SSL_do_handshake(ssl_.get()));
}

// By itself OpenSSL answers with its next write only, and a gateway may have nothing to say. While a write is
// held up it refuses; then the answer leaves after that.
void Connection::answer_key_update() {
  if (SSL_get_key_update_type(ssl_.get()) == SSL_KEY_UPDATE_NONE || SSL_in_init(ssl_.get()) != 0) return;
  if (SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1) SSL_do_handshake(ssl_.get());
  ERR_clear_error();  // what went wrong for good the next step says, too
}

Result<void> Connection::renegotiate() {
  if (is_server() || !is_established() || SSL_version(ssl_.get()) >= TLS1_3_VERSION) {
    return fail(ErrorKind::unsupported, "only a client renegotiates, and only up to TLS 1.2");
  }
  ERR_clear_error();
  if (!secure_renegotiation()) {
    return fail(ErrorKind::unsupported, "the gateway does not know secure renegotiation (RFC 5746)");
  }
  if (SSL_renegotiate(ssl_.get()) != 1) return fail_openssl(ErrorKind::internal, "cannot renegotiate");
  return {};
}

bool Connection::renegotiating() const {
  return record_->established && SSL_version(ssl_.get()) < TLS1_3_VERSION &&
         (SSL_renegotiate_pending(ssl_.get()) != 0 || SSL_in_init(ssl_.get()) != 0);
}

unsigned Connection::renegotiations() const {
  return record_->renegotiations;
}

bool Connection::secure_renegotiation() const {
  return SSL_get_secure_renegotiation_support(ssl_.get()) != 0;
}

void Connection::allow_renegotiation(bool allowed) {
  if (allowed) {
    SSL_set_options(ssl_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  } else {
    SSL_clear_options(ssl_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  }
}

}  // namespace sallyport::tls
