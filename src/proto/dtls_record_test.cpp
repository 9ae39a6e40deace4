#include "proto/dtls_record.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

Bytes record(int type, int version = 0xfefd) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(type));
  out.u16(static_cast<std::uint16_t>(version));
  out.u16(1);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u16(3);
  out.append(Bytes{9, 8, 7});
  return out.take();
}

}  // namespace

TEST(DtlsRecord, reads_the_header_of_the_first_record) {
  auto datagram = record(23);
  const auto second = record(21);
  datagram.insert(datagram.end(), second.begin(), second.end());
  const auto first = peek_dtls_record(datagram);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, DtlsRecord::application_data);
  EXPECT_EQ(first->epoch, 1);
  EXPECT_EQ(first->sequence, 0x020304050607U);
  EXPECT_EQ(Bytes(first->fragment.begin(), first->fragment.end()), (Bytes{9, 8, 7}));
}

TEST(DtlsRecord, knows_the_versions_of_this_protocol) {
  for (const int version : {0x0100, 0xfeff, 0xfefd}) EXPECT_TRUE(peek_dtls_record(record(22, version)));
  for (const int version : {0x0303, 0xfefc, 0}) EXPECT_FALSE(peek_dtls_record(record(22, version)));
}

TEST(DtlsRecord, refuses_other_types) {
  for (const int type : {0, 19, 24, 255}) EXPECT_FALSE(peek_dtls_record(record(type)));
}

TEST(DtlsRecord, refuses_a_record_that_is_cut) {
  const auto whole = record(23);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(peek_dtls_record(ByteView(whole).first(size))) << size;
  }
}

}  // namespace sallyport::proto
