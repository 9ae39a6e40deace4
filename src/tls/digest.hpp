// SHA-1 as phase 4 names files by it. It finds out what has changed; it proves nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sallyport::tls {

// 40 upper-case hex digits.
std::string sha1_hex(ByteView bytes);
// Whether the text can be one, in either case.
bool is_sha1_hex(std::string_view text);

}  // namespace sallyport::tls
