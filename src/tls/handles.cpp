#include "tls/handles.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace sallyport::tls {

void Free::operator()(ssl_st* object) const {
  SSL_free(object);
}
void Free::operator()(ssl_ctx_st* object) const {
  SSL_CTX_free(object);
}
void Free::operator()(evp_pkey_st* object) const {
  EVP_PKEY_free(object);
}
void Free::operator()(x509_st* object) const {
  X509_free(object);
}

}  // namespace sallyport::tls
