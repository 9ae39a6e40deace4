#include "tls/random.hpp"

#include <openssl/rand.h>

#include "tls/failure.hpp"

namespace sallyport::tls {

Result<Bytes> random_bytes(std::size_t size) {
  Bytes bytes(size);
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1)
    return fail_openssl(ErrorKind::internal, "no random bytes");
  return bytes;
}

Result<Secret> random_secret(std::size_t size) {
  return Secret(TRY(random_bytes(size)));
}

}  // namespace sallyport::tls
