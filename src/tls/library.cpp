#include "tls/library.hpp"

#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "tls/failure.hpp"
#include "tls/remote_key_provider.hpp"

namespace sallyport::tls {

Result<std::unique_ptr<Library>> Library::open() {
  auto* context = OSSL_LIB_CTX_new();
  if (context == nullptr) return fail_openssl(ErrorKind::internal, "cannot make an OpenSSL context");
  std::unique_ptr<Library> library(new Library(context));
  library->default_ = OSSL_PROVIDER_load(context, "default");
  if (library->default_ == nullptr)
    return fail_openssl(ErrorKind::internal, "cannot load OpenSSL's default provider");
  return library;
}

Result<std::unique_ptr<Library>> Library::open(RemoteKeys& keys) {
  auto opened = open();
  if (!opened) return opened;
  auto& library = *opened;
  auto* context = library->context_;
  if (OSSL_PROVIDER_add_builtin(context, "keeper", start_keeper_provider) == 1)
    library->keeper_ = OSSL_PROVIDER_load(context, "keeper");
  if (library->keeper_ == nullptr)
    return fail_openssl(ErrorKind::internal, "cannot load our OpenSSL provider");
  auto* provider = static_cast<RemoteKeyProvider*>(OSSL_PROVIDER_get0_provider_ctx(library->keeper_));
  *provider = {.keys = &keys, .library = context};
  return opened;
}

void Library::leave_thread() const {
  OPENSSL_thread_stop_ex(context_);
}

Library::~Library() {
  if (keeper_ != nullptr) OSSL_PROVIDER_unload(keeper_);
  if (default_ != nullptr) OSSL_PROVIDER_unload(default_);
  OSSL_LIB_CTX_free(context_);
}

}  // namespace sallyport::tls
