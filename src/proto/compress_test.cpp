#include "proto/compress.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::proto {

namespace {

std::optional<Bytes> pack(ByteView in, std::size_t room = 20000) {
  Bytes out(room);
  const auto size = lzs_compress(in, out);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

std::optional<Bytes> unpack(ByteView in, std::size_t room = 20000) {
  Bytes out(room);
  const auto size = lzs_decompress(in, out);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// Bytes without a pattern, the same in each run.
Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 12345;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

}  // namespace

TEST(Lzs, the_reference_vectors_both_ways) {
  const std::vector<std::pair<Bytes, std::string>> vectors{
      {Bytes(6, 1), "00e07300"},
      {Bytes(40, 0), "00607ffc7000"},
      {to_bytes(repeated("abcabcabc1", 4)), "30988c783d18e2bfdf00"},
  };
  for (const auto& [plain, packed] : vectors) {
    ASSERT_TRUE(pack(plain));
    EXPECT_EQ(to_hex(*pack(plain)), packed);
    EXPECT_EQ(unpack(*from_hex(packed)), plain);
  }
}

TEST(Lzs, every_length_of_match_reads_back) {
  for (std::size_t length = 0; length < 300; ++length) {
    const Bytes run(length, 0x41);
    EXPECT_EQ(unpack(*pack(run)), run) << length;
  }
}

TEST(Lzs, every_distance_of_match_reads_back) {
  for (std::size_t distance : {2, 126, 127, 128, 2046, 2047, 2048, 2049, 4096}) {
    auto bytes = noise(distance);
    const Bytes head(bytes.begin(), bytes.begin() + 2);
    bytes.insert(bytes.end(), head.begin(), head.end());
    bytes.insert(bytes.end(), bytes.begin(),
                 bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(50, distance)));
    EXPECT_EQ(unpack(*pack(bytes)), bytes) << distance;
  }
}

TEST(Lzs, large_packets_read_back_and_shrink) {
  const auto text = to_bytes(repeated("GET /index.html HTTP/1.1\r\nHost: www.example.com\r\n\r\n", 300));
  const auto packed = pack(text);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), text.size() / 20);
  EXPECT_EQ(unpack(*packed), text);
  EXPECT_EQ(unpack(*pack(noise(16000), 20000)), noise(16000));
}

TEST(Lzs, what_does_not_shrink_does_not_fit) {
  const auto bytes = noise(1400);
  EXPECT_FALSE(pack(bytes, bytes.size() - 1));
}

TEST(Lzs, output_never_exceeds_its_room) {
  const auto packed = *pack(Bytes(40, 0));
  EXPECT_FALSE(unpack(packed, 39));
  EXPECT_TRUE(unpack(packed, 40));
  EXPECT_FALSE(pack(Bytes(40, 0), packed.size() - 1));
  EXPECT_TRUE(pack(Bytes(40, 0), packed.size()));
}

TEST(Lzs, malformed_input_is_refused) {
  EXPECT_FALSE(unpack({}));
  EXPECT_FALSE(unpack(Bytes{0x00}));                // cut in a literal
  EXPECT_FALSE(unpack(Bytes{0x20, 0x80}));          // no end marker
  EXPECT_FALSE(unpack(*from_hex("c0c0")));          // a match before there is anything
  EXPECT_FALSE(unpack(*from_hex("00e0ff00")));      // cut in a length
  EXPECT_FALSE(unpack(*from_hex("00c0b98000")));    // offset 2 after one byte
  EXPECT_FALSE(unpack(*from_hex("004001818000")));  // long offset 0
  EXPECT_FALSE(unpack(Bytes(200, 0xff)));           // an endless length
  EXPECT_EQ(unpack(*from_hex("c000")), Bytes());
}

TEST(Lzs, what_follows_the_end_marker_is_padding) {
  EXPECT_EQ(unpack(*from_hex("00e07300ffff")), Bytes(6, 1));
}

TEST(Encoding, the_gateway_takes_lzs_wherever_it_is_offered) {
  EXPECT_EQ(choose_encoding({"oc-lz4", "lzs"}), Encoding::lzs);
  EXPECT_EQ(choose_encoding({"oc-lz4", "deflate"}), Encoding::none);
  EXPECT_EQ(choose_encoding({"LZS"}), Encoding::none);
  EXPECT_EQ(choose_encoding({}), Encoding::none);
}

TEST(Encoding, names_read_back) {
  for (auto encoding : {Encoding::none, Encoding::lzs, Encoding::oc_lz4, Encoding::deflate}) {
    EXPECT_EQ(encoding_named(name_of(encoding)), encoding);
  }
  EXPECT_EQ(encoding_named("lz4"), std::nullopt);
}

}  // namespace sallyport::proto
