// OpenSSL's error queue as an Error: the last reason in words, the queue emptied.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sallyport::tls {

tl::unexpected<Error> fail_openssl(ErrorKind kind, std::string what);

// What an earlier call left behind would be taken for the next one's: the queue, and errno.
void forget_errors();

}  // namespace sallyport::tls
