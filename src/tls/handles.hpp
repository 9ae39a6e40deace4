// Owning pointers to OpenSSL's objects. Only names are declared here, so that a header of this module does
// not bring OpenSSL's headers into the modules above.
#pragma once

#include <memory>

struct ssl_st;
struct ssl_ctx_st;
struct evp_pkey_st;
struct x509_st;
struct ossl_lib_ctx_st;

namespace sallyport::tls {

struct Free {
  void operator()(ssl_st* object) const;
  void operator()(ssl_ctx_st* object) const;
  void operator()(evp_pkey_st* object) const;
  void operator()(x509_st* object) const;
};

using SslHandle = std::unique_ptr<ssl_st, Free>;
using ContextHandle = std::unique_ptr<ssl_ctx_st, Free>;
using KeyHandle = std::unique_ptr<evp_pkey_st, Free>;
using CertificateHandle = std::unique_ptr<x509_st, Free>;

}  // namespace sallyport::tls
