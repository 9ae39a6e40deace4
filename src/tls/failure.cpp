#include "tls/failure.hpp"

#include <cerrno>

#include <openssl/err.h>

namespace sallyport::tls {

tl::unexpected<Error> fail_openssl(ErrorKind kind, std::string what) {
  // The last entry is the most general one; the first is where the trouble began, which says more to a
  // person.
  const unsigned long code = ERR_peek_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  if (reason != nullptr) what += std::string(": ") + reason;
  ERR_clear_error();
  return fail(kind, std::move(what));
}

void forget_errors() {
  ERR_clear_error();
  errno = 0;
}

}  // namespace sallyport::tls
