// SHA-256: by it the store knows tokens, policies and login cookies without holding them, and spreads users
// over an address pool.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace sallyport::store {

using Sha256 = std::array<std::uint8_t, 32>;

// Throws Failure if OpenSSL refuses: there is no digest to go on with.
Sha256 sha256_of(ByteView bytes);

}  // namespace sallyport::store
