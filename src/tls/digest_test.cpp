#include "tls/digest.hpp"

#include <gtest/gtest.h>

namespace sallyport::tls {
namespace {

TEST(Digest, is_written_in_upper_case) {
  EXPECT_EQ(sha1_hex(as_bytes("abc")), "A9993E364706816ABA3E25717850C26C9CD0D89D");  // FIPS 180-4
}

}  // namespace
}  // namespace sallyport::tls
