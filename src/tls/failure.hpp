// OpenSSL's error queue as an Error: the last reason in words, the queue emptied.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sallyport::tls {

tl::unexpected<Error> fail_openssl(ErrorKind kind, std::string what);

}  // namespace sallyport::tls
