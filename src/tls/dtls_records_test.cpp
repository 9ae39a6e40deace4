#include "tls/dtls_records.hpp"

#include <gtest/gtest.h>

namespace sallyport::tls {
namespace {

using Type = DtlsRecords::Type;

DtlsRecords::Beginning beginning(AeadCipher cipher, bool client) {
  const std::size_t iv = cipher == AeadCipher::chacha20_poly1305 ? 12 : 4;
  const DtlsRecords::Key one{Secret(Bytes(key_size(cipher), 1)), Secret(Bytes(iv, 2))};
  const DtlsRecords::Key other{Secret(Bytes(key_size(cipher), 3)), Secret(Bytes(iv, 4))};
  return {.cipher = cipher, .ours = client ? one : other, .peers = client ? other : one, .next_nonce = 77};
}

class Records : public testing::TestWithParam<AeadCipher> {
 protected:
  DtlsRecords client_ = or_throw(DtlsRecords::begin(beginning(GetParam(), true)));
  DtlsRecords gateway_ = or_throw(DtlsRecords::begin(beginning(GetParam(), false)));

  Bytes record(ByteView plaintext, Type type = Type::application_data) {
    Bytes made(plaintext.size() + client_.overhead());
    EXPECT_EQ(client_.seal(type, plaintext, made.data()), made.size());
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Suites, Records,
                         testing::Values(AeadCipher::aes_128_gcm, AeadCipher::aes_256_gcm,
                                         AeadCipher::chacha20_poly1305));

}  // namespace

TEST_P(Records, carry_any_size_and_type) {
  std::uint64_t expected = 1;
  for (std::size_t size = 0; size < 1500; size += 11) {
    for (const auto type : {Type::alert, Type::handshake, Type::application_data}) {
      const Bytes plaintext(size, 0x45);
      auto made = record(plaintext, type);
      const auto opened = gateway_.open(made);
      ASSERT_TRUE(opened) << size;
      EXPECT_EQ(opened->type, type);
      EXPECT_EQ(opened->sequence, expected++);
      EXPECT_TRUE(std::ranges::equal(opened->plaintext, plaintext));
    }
  }
}

TEST_P(Records, are_opened_once_in_any_order) {
  std::vector<Bytes> made;
  for (int i = 0; i < 200; ++i) made.push_back(record(Bytes(10, 1)));
  for (std::size_t i = made.size(); i-- > 0;) {
    auto copy = made[i];
    EXPECT_TRUE(gateway_.open(copy));
    copy = made[i];
    EXPECT_FALSE(gateway_.open(copy));
  }
}

TEST_P(Records, a_forged_one_does_not_move_the_window) {
  auto late = record(Bytes(10, 1));
  auto forged = record(Bytes(10, 1));
  forged[5] = 0x7f;  // a sequence number far ahead
  EXPECT_FALSE(gateway_.open(forged));
  EXPECT_TRUE(gateway_.open(late));
}

TEST_P(Records, another_header_is_refused) {
  const auto made = record(Bytes(40, 1));
  // Type, version, epoch, sequence number, length: each is authentic or of no use.
  for (std::size_t i = 0; i < 13; ++i) {
    auto forged = made;
    forged[i] ^= 1;
    EXPECT_FALSE(gateway_.open(forged)) << i;
  }
  for (std::size_t size = 0; size < made.size(); ++size) {
    auto cut = made;
    cut.resize(size);
    EXPECT_FALSE(gateway_.open(cut)) << size;
  }
  auto whole = made;
  EXPECT_TRUE(gateway_.open(whole));
}

TEST_P(Records, the_last_sequence_number_is_the_last) {
  auto from = beginning(GetParam(), true);
  from.next_sequence = (std::uint64_t{1} << 48) - 1;
  auto client = or_throw(DtlsRecords::begin(from));
  Bytes made(10 + client.overhead());
  EXPECT_EQ(client.seal(Type::application_data, Bytes(10, 1), made.data()), made.size());
  EXPECT_TRUE(gateway_.open(made));
  EXPECT_EQ(client.seal(Type::application_data, Bytes(10, 1), made.data()), 0U);
}

}  // namespace sallyport::tls
