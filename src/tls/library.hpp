// Library: an OpenSSL library context of one's own, one per control thread so that threads share no locks.
// Everything made in it must be gone before it. A thread that has used it calls leave_thread() before its
// last reference goes: OpenSSL keeps random number generators for each thread, and would free them after the
// context. The gateway opens it with remote keys, which also loads the built-in provider `keeper`; client and
// keeper without. SSL_CTX_new_ex takes context() and no property query: with one, the verification of peers'
// certificates would land in our provider too.
#pragma once

#include <memory>

#include "base/result.hpp"

struct ossl_lib_ctx_st;
struct ossl_provider_st;

namespace sallyport::tls {

class RemoteKeys;

class Library {
 public:
  static Result<std::unique_ptr<Library>> open();
  static Result<std::unique_ptr<Library>> open(RemoteKeys& keys);  // used in handshakes only

  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  ossl_lib_ctx_st* context() const { return context_; }
  void leave_thread() const;  // the calling thread may come back to it later

 private:
  explicit Library(ossl_lib_ctx_st* context) : context_(context) {}

  ossl_lib_ctx_st* context_;
  ossl_provider_st* default_ = nullptr;
  ossl_provider_st* keeper_ = nullptr;
};

}  // namespace sallyport::tls
