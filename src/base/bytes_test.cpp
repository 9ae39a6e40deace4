#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace sallyport {

TEST(Bytes, numbers_are_big_endian_both_ways) {
  Writer out;
  out.u8(1);
  out.u16(0x0203);
  out.u24(0x040506);
  out.u32(0x0708090a);
  out.u64(0x0b0c0d0e0f101112);
  Bytes expected;
  for (std::uint8_t i = 1; i <= 0x12; ++i) expected.push_back(i);
  ASSERT_EQ(Bytes(out.view().begin(), out.view().end()), expected);

  Reader in(expected);
  EXPECT_EQ(in.u8(), 1);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u24(), 0x040506);
  EXPECT_EQ(in.u32(), 0x0708090a);
  EXPECT_EQ(in.u64(), 0x0b0c0d0e0f101112);
  EXPECT_TRUE(in.expect_end());
}

TEST(Bytes, a_read_past_the_end_fails_and_takes_nothing) {
  const Bytes two{1, 2};
  Reader in(two);
  EXPECT_EQ(in.u24().error().kind, ErrorKind::malformed);
  EXPECT_EQ(in.remaining(), 2U);
  EXPECT_FALSE(in.expect_end());
}

}  // namespace sallyport
