// SHA-1 as phase 4 names files by it. It finds out what has changed; it proves nothing.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace sallyport::tls {

// 40 upper-case hex digits.
std::string sha1_hex(ByteView bytes);

}  // namespace sallyport::tls
