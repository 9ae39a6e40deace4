#include "proto/cstp_frame.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::proto {

namespace {

using Status = CstpReader::Status;

Bytes hex(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c != ' ') digits += c;
  }
  return *from_hex(digits);
}

// What a reader makes of records, as text: "type:payload" per frame, then how it ended.
std::string story(std::vector<Bytes> records) {
  CstpReader reader;
  std::string told;
  for (auto& record : records) {
    reader.add(record);
    auto next = reader.next();
    for (; next.status == Status::frame; next = reader.next()) {
      told += std::to_string(static_cast<int>(next.frame.type)) + ":" + to_hex(next.frame.payload) + " ";
    }
    if (next.status == Status::malformed) return told + "malformed";
    told += "| ";
  }
  return told;
}

}  // namespace

TEST(CstpFrame, writes_the_frames_seen_on_the_wire) {
  EXPECT_EQ(cstp_frame(FrameType::dpd_request), hex("53 54 46 01 00 00 03 00"));
  EXPECT_EQ(cstp_dpd_response({}), hex("53 54 46 01 00 00 04 00"));
  EXPECT_EQ(cstp_frame(FrameType::keepalive), hex("53 54 46 01 00 00 07 00"));
  EXPECT_EQ(cstp_frame(FrameType::terminate), hex("53 54 46 01 00 00 09 00"));
  EXPECT_EQ(cstp_frame(FrameType::data, hex("45 00")), hex("53 54 46 01 00 02 00 00 45 00"));
  EXPECT_EQ(cstp_disconnect({}), hex("53 54 46 01 00 00 05 00"));
  EXPECT_EQ(cstp_disconnect({0xb0, "Aborted by caller"}),
            hex("53 54 46 01 00 12 05 00 b0 41 62 6f 72 74 65 64 20 62 79 20 63 61 6c 6c 65 72"));
}

TEST(CstpFrame, a_dpd_answer_is_as_long_as_its_request_and_has_its_bytes) {
  Bytes payload(1435);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(i * 7);
  const auto request = cstp_frame(FrameType::dpd_request, payload);
  auto expected = request;
  expected[6] = 4;
  EXPECT_EQ(cstp_dpd_response(ByteView(request).subspan(cstp_header_size)), expected);
}

TEST(CstpFrame, never_writes_more_than_a_record) {
  EXPECT_EQ(cstp_frame(FrameType::data, Bytes(20000)).size(), max_cstp_frame);
}

TEST(CstpFrame, a_disconnect_reads_back_what_it_wrote) {
  for (const Disconnect& disconnect :
       {Disconnect(), Disconnect{0xb0, "Aborted by caller"}, Disconnect{0x91, ""}}) {
    EXPECT_EQ(Disconnect::parse(disconnect.serialize()), disconnect);
  }
  EXPECT_EQ(Disconnect::parse(Bytes(5000, 'x')).text.size(), 512U);
}

TEST(CstpFrame, malformed_and_odd_records) {
  const auto dpd = hex("53 54 46 01 00 00 03 00");
  const auto data = hex("53 54 46 01 00 02 00 00 45 00");
  struct Case {
    const char* what;
    std::vector<Bytes> records;
    const char* expected;
  };
  const std::vector<Case> cases{
      {"one frame, one record", {dpd}, "3: | "},
      {"an empty record", {{}, dpd}, "| 3: | "},
      {"two frames in a record", {hex("5354460100000300 53544601000200004500")}, "3: 0:4500 | "},
      {"a split payload", {hex("53544601000200 0045"), hex("00"), dpd}, "| 0:4500 | 3: | "},
      {"a split header", {hex("535446"), hex("01000003"), hex("00"), dpd}, "| | 3: | 3: | "},
      {"the end of one and the start of the next",
       {hex("5354460100020000 45"), hex("00 5354"), hex("460100000300")},
       "| 0:4500 | 3: | "},
      {"data without a payload", {hex("5354460100000000")}, "0: | "},
      {"an unknown type", {hex("5354460100010600ff"), dpd}, "6:ff | 3: | "},
      {"a short record that starts no frame", {hex("0102")}, "malformed"},
      {"wrong magic", {hex("5354470100000300")}, "malformed"},
      {"wrong version", {hex("5354460200000300")}, "malformed"},
      {"last byte of the header not 0", {hex("5354460100000301")}, "malformed"},
      {"a length beyond a record", {hex("53544601fff80000")}, "malformed"},
      {"a length that lies, then the next frame",
       {hex("5354460100030000 4500"), dpd},
       "| 0:450053 malformed"},
      {"good, then bad", {dpd, hex("00")}, "3: | malformed"},
      {"nothing more after bad", {hex("00"), dpd}, "malformed"},
  };
  for (const auto& [what, records, expected] : cases) {
    EXPECT_EQ(story(records), expected) << what;
  }
}

TEST(CstpFrame, a_reader_that_gave_up_stays_so) {
  CstpReader reader;
  auto bad = hex("00");
  auto good = cstp_frame(FrameType::keepalive);
  reader.add(bad);
  EXPECT_EQ(reader.next().status, Status::malformed);
  reader.add(good);
  EXPECT_EQ(reader.next().status, Status::malformed);
}

TEST(CstpFrame, any_cut_of_a_stream_gives_the_same_frames) {
  Writer stream;
  for (std::size_t i = 0; i < 5; ++i) stream.append(cstp_frame(FrameType::data, Bytes(i * 11, 0x45)));
  for (std::size_t size = 1; size < stream.size(); ++size) {
    CstpReader reader;
    std::size_t frames = 0;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      Bytes record(stream.view().begin() + static_cast<std::ptrdiff_t>(at),
                   stream.view().begin() + static_cast<std::ptrdiff_t>(std::min(at + size, stream.size())));
      reader.add(record);
      for (auto next = reader.next(); next.status == Status::frame; next = reader.next()) {
        EXPECT_EQ(next.frame.payload.size(), frames++ * 11);
      }
    }
    EXPECT_EQ(frames, 5U) << "records of " << size;
  }
}

TEST(CstpFrame, knows_its_types) {
  EXPECT_TRUE(is_known(FrameType::terminate));
  EXPECT_FALSE(is_known(static_cast<FrameType>(6)));
}

}  // namespace sallyport::proto
