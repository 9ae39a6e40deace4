// What all DTLS associations of one thread share: an OpenSSL library context of its own, the suites, and for
// a gateway a throw-away certificate. Phase 6; associations go before their context.
#pragma once

#include <memory>

#include "tls/dtls.hpp"
#include "tls/library.hpp"

namespace sallyport::tls {

class DtlsContext {
 public:
  // OpenSSL takes a suite for available only with a certificate of its kind, so the gateway's context has
  // one of each made up here, with keys that nobody knows: resumption shows none, and anything but
  // resumption is refused.
  static Result<DtlsContext> open_gateway();
  static Result<DtlsContext> open_client();

  // An association for one handshake: the client's begins with a step, the gateway's with a hello. Without
  // `own_records` its records stay with OpenSSL, for tests that compare both.
  Result<Dtls> begin(std::shared_ptr<const DtlsKeys> keys, bool own_records = true) const;

  void leave_thread() const { library_->leave_thread(); }  // see Library

 private:
  DtlsContext(std::unique_ptr<Library> library, ContextHandle context, bool gateway)
      : library_(std::move(library)), context_(std::move(context)), gateway_(gateway) {}

  std::unique_ptr<Library> library_;
  ContextHandle context_;
  bool gateway_;
};

}  // namespace sallyport::tls
