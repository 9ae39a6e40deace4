// Compression of inner packets (phases 5 and 6): what is negotiated in X-CSTP- and X-DTLS-Accept-Encoding,
// and LZS (RFC 1974, RFC 2395), stateless: each packet stands alone. Used by both ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace sallyport::proto {

enum class Encoding : std::uint8_t { none, lzs, oc_lz4, deflate };
constexpr Encoding last_of(Encoding) {
  return Encoding::deflate;
}
std::string_view name_of(Encoding encoding);
std::optional<Encoding> encoding_named(std::string_view name);

// What the gateway answers to an Accept-Encoding list: the one we have, or none.
Encoding choose_encoding(const std::vector<std::string>& offered);

// Both give the bytes written to `out`, or nothing when they don't fit. A sender gives the compressor one
// byte less than the packet has: what does not shrink goes out plain.
std::optional<std::size_t> lzs_compress(ByteView in, MutableByteView out);
// Nothing also for anything malformed: an offset before the start, a missing end marker.
std::optional<std::size_t> lzs_decompress(ByteView in, MutableByteView out);

}  // namespace sallyport::proto
