#include "proto/checksum.hpp"

#include <bit>
#include <cstring>

namespace sallyport::proto {

namespace {

std::uint16_t fold(std::uint64_t sum) {
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(sum);
}

// In the machine's byte order, which the sum does not mind, and four bytes at a time (RFC 1071 section 2 (B),
// (C)): with 64 bits there is no carry to keep, so that the compiler adds several words at once.
std::uint16_t native_sum(ByteView bytes) {
  const auto* at = bytes.data();
  auto left = bytes.size();
  std::uint64_t sum = 0;
  std::uint32_t word = 0;
  for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    sum += word;
  }
  word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  return fold(sum + word);
}

}  // namespace

std::uint16_t ones_complement_sum(ByteView bytes, std::uint32_t initial) {
  std::uint16_t sum = native_sum(bytes);
  if constexpr (std::endian::native == std::endian::little) {
    sum = static_cast<std::uint16_t>(sum << 8 | sum >> 8);
  }
  return fold(std::uint64_t{initial} + sum);
}

std::uint32_t pseudo_header_sum(const Address& source, const Address& destination, std::uint8_t protocol,
                                std::size_t size) {
  return std::uint32_t{ones_complement_sum(source.bytes())} + ones_complement_sum(destination.bytes()) +
         protocol + static_cast<std::uint32_t>(size >> 16) + static_cast<std::uint32_t>(size & 0xffff);
}

}  // namespace sallyport::proto
