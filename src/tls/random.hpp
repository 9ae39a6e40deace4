// Random bytes for tokens and ids, from OpenSSL's generator.
#pragma once

#include "base/secret.hpp"

namespace sallyport::tls {

Result<Bytes> random_bytes(std::size_t size);
Result<Secret> random_secret(std::size_t size);

}  // namespace sallyport::tls
