// A client certificate with its private key, from the bytes of the user's files. Phase 1, client.
#pragma once

#include "base/secret.hpp"
#include "tls/certificate.hpp"

namespace sallyport::tls {

// `certificate` is PEM or PKCS#12, `key` PEM or, if the key is in the first, empty; the passphrase is asked
// for only if something is encrypted. denied: the passphrase is missing or wrong. malformed: no certificate
// or no key inside, or they do not belong together. unsupported: an encryption that OpenSSL no longer has.
Result<KeyPair> load_identity(ByteView certificate, ByteView key, const Secret& passphrase,
                              ossl_lib_ctx_st* library = nullptr);

}  // namespace sallyport::tls
