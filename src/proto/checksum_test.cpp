#include "proto/checksum.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

// The rule as RFC 1071 writes it, word by word.
static std::uint16_t plain_sum(ByteView bytes, std::uint64_t sum) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += bytes[i] << 8 | bytes[i + 1];
  if (bytes.size() % 2 != 0) sum += bytes.back() << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

TEST(Checksum, is_that_of_rfc_1071) {
  EXPECT_EQ(internet_checksum(Bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), 0x220d);
  EXPECT_EQ(internet_checksum(Bytes{0x12}), 0xedff);
  EXPECT_EQ(internet_checksum({}), 0xffff);
}

TEST(Checksum, agrees_with_the_plain_sum_for_every_size_and_start) {
  Bytes bytes(300);
  std::uint32_t state = 1;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; from + size <= bytes.size(); ++size) {
      for (const std::uint32_t initial : {0U, 1U, 0xffffU, 0x12345678U, 0xffffffffU}) {
        const auto part = ByteView(bytes).subspan(from, size);
        ASSERT_EQ(ones_complement_sum(part, initial), plain_sum(part, initial)) << from << ' ' << size;
      }
    }
  }
}

TEST(Checksum, carries_over_long_runs_of_ones) {
  for (const std::size_t size : {63U, 64U, 65U, 1500U, 65535U}) {
    const Bytes ones(size, 0xff);
    EXPECT_EQ(ones_complement_sum(ones), plain_sum(ones, 0)) << size;
  }
}

}  // namespace sallyport::proto
