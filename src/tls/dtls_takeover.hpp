// From a finished handshake of OpenSSL's to where our own record layer goes on (RFC 5246 section 6.3, RFC
// 5288, RFC 7905). Of this module only, for dtls.cpp.
#pragma once

#include <optional>

#include "tls/last_flight.hpp"

struct ossl_lib_ctx_st;
struct ssl_st;

namespace sallyport::tls {

// Nothing: a suite (CBC) or version that stays with OpenSSL.
std::optional<AeadCipher> aead_cipher_of(const ssl_st* ssl);

Result<DtlsRecords::Beginning> take_over(ssl_st* ssl, ossl_lib_ctx_st* library, AeadCipher cipher,
                                         const SentRecords& sent);

}  // namespace sallyport::tls
