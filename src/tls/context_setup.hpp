// What the gateway's and the client's TLS contexts have in common: versions, suites, groups, modes, and the
// forms in which keys and authorities are loaded. Of this module only.
#pragma once

#include <string_view>
#include <vector>

#include "tls/certificate.hpp"

struct ssl_method_st;

namespace sallyport::tls {

// A context without certificates. `legacy` adds TLS 1.0 and 1.1, RSA and DHE-DSS key exchange and CBC, and
// lets short keys and SHA-1 pass.
Result<ContextHandle> new_context(ossl_lib_ctx_st* library, const ssl_method_st* method, bool legacy);

// The pair becomes the one of its key type. False: OpenSSL refuses it, its error queue says why.
bool use_pair(ssl_ctx_st* context, const KeyPair& pair);
bool use_pair(ssl_st* ssl, const KeyPair& pair);
// Checks that OpenSSL takes every pair and leaves the first of each key type in place.
Result<void> use_pairs(ssl_ctx_st* context, const std::vector<KeyPair>& pairs);

// The certificates of a PEM text become trusted; gives them back.
Result<std::vector<Certificate>> trust_authorities(ssl_ctx_st* context, std::string_view pem,
                                                   ossl_lib_ctx_st* library);

}  // namespace sallyport::tls
