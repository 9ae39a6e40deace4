// Any bytes unpack within their room or not at all, and packed bytes unpack to themselves.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "proto/compress.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const ByteView in{data, size};
  Bytes room(4096);
  (void)proto::lzs_decompress(in, room);

  Bytes packed(size * 9 / 8 + 3);  // nine bits for each literal and for the end marker
  const auto packed_size = proto::lzs_compress(in, packed);
  if (size > 65535) return 0;
  if (!packed_size) std::abort();
  Bytes unpacked(size);
  const auto unpacked_size = proto::lzs_decompress(ByteView(packed).first(*packed_size), unpacked);
  if (unpacked_size != size || !std::ranges::equal(unpacked, in)) std::abort();
  return 0;
}
