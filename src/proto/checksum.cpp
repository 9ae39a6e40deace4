#include "proto/checksum.hpp"

#include <bit>
#include <cstring>

namespace sallyport::proto {

namespace {

std::uint64_t load(const std::uint8_t* from, std::size_t size = sizeof(std::uint64_t)) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

std::uint16_t fold(std::uint64_t sum) {
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(sum);
}

// In the machine's byte order, which the sum does not mind (RFC 1071 section 2 (B)), and eight bytes at a
// time (C).
std::uint16_t native_sum(ByteView bytes) {
  const auto* at = bytes.data();
  auto left = bytes.size();
  std::uint64_t sum = 0;
  unsigned long long carry = 0;
  for (; left >= 32; left -= 32, at += 32) {
    for (std::size_t i = 0; i < 32; i += 8) sum = __builtin_addcll(sum, load(at + i), carry, &carry);
  }
  for (; left >= 8; left -= 8, at += 8) sum = __builtin_addcll(sum, load(at), carry, &carry);
  if (left > 0) sum = __builtin_addcll(sum, load(at, left), carry, &carry);
  return fold((sum >> 32) + (sum & 0xffffffff) + carry);
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
