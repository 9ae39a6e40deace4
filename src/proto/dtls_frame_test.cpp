#include "proto/dtls_frame.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

TEST(DtlsFrame, reads_back_what_it_wrote) {
  const Bytes packet{0x45, 0, 1};
  const auto record = dtls_frame(FrameType::data, packet);
  EXPECT_EQ(record, (Bytes{0, 0x45, 0, 1}));
  const auto frame = parse_dtls_frame(record);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->type, FrameType::data);
  EXPECT_EQ(Bytes(frame->payload.begin(), frame->payload.end()), packet);
  EXPECT_FALSE(parse_dtls_frame({}));
}

TEST(DtlsFrame, a_dpd_answer_has_the_requests_length_and_bytes) {
  const auto probe = dtls_probe(0x01020304, 1434);
  ASSERT_EQ(probe.size(), 1435U);  // as a packet of 1434 bytes on the wire
  EXPECT_EQ(Bytes(probe.begin(), probe.begin() + 6), (Bytes{3, 1, 2, 3, 4, 0x5a}));
  const auto response = dtls_dpd_response(parse_dtls_frame(probe)->payload);
  auto expected = probe;
  expected[0] = 4;
  EXPECT_EQ(response, expected);
  EXPECT_TRUE(answers_probe(*parse_dtls_frame(response), 1434));
}

TEST(DtlsFrame, only_an_answer_of_the_probes_size_counts) {
  const auto short_answer = dtls_frame(FrameType::dpd_response);
  EXPECT_FALSE(answers_probe(*parse_dtls_frame(short_answer), 1434));
  const auto request = dtls_probe(1, 1434);
  EXPECT_FALSE(answers_probe(*parse_dtls_frame(request), 1434));
}

}  // namespace sallyport::proto
