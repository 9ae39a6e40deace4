#include "proto/dtls_frame.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

TEST(DtlsFrame, reads_back_what_it_wrote) {
  const Bytes packet{0x45, 0, 1};
  auto record = dtls_frame(FrameType::data, packet);
  EXPECT_EQ(record, (Bytes{0, 0x45, 0, 1}));
  const auto frame = parse_dtls_frame(record);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->type, FrameType::data);
  EXPECT_EQ(Bytes(frame->payload.begin(), frame->payload.end()), packet);
  EXPECT_FALSE(parse_dtls_frame({}));
}

TEST(DtlsFrame, a_dpd_answer_has_the_requests_length_and_bytes) {
  auto probe = dtls_probe(1434);
  ASSERT_EQ(probe.size(), 1435U);  // as a packet of 1434 bytes on the wire
  EXPECT_EQ(Bytes(probe.begin(), probe.begin() + 3), (Bytes{3, 0x5a, 0x5a}));
  const auto response = dtls_dpd_response(parse_dtls_frame(probe)->payload);
  auto expected = probe;
  expected[0] = 4;
  EXPECT_EQ(response, expected);
}

}  // namespace sallyport::proto
