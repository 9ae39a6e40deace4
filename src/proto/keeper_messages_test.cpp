#include "proto/keeper_messages.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

KeeperRequest full_request() {
  return {.id = 0x01020304,
          .operation = KeeperOperation::decrypt_premaster,
          .key = 0x0506,
          .padding = KeeperPadding::pss,
          .salt_length = 0x0708,
          .digest = KeeperDigest::sha384,
          .client_version = 0x0303,
          .negotiated_version = 0x0302,
          .input = {9, 10}};
}

TEST(KeeperMessages, request_has_this_form_and_round_trips) {
  const auto bytes = full_request().serialize();
  const Bytes expected{1, 2, 3, 4, 1, 5, 6, 2, 7, 8, 5, 3, 3, 3, 2, 0, 0, 0, 2, 9, 10};
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(KeeperRequest::parse(bytes), full_request());
}

TEST(KeeperMessages, answer_has_this_form_and_round_trips) {
  const KeeperAnswer answer{.id = 7, .ok = true, .output = Secret(Bytes{1, 2, 3})};
  const auto bytes = answer.serialize();
  EXPECT_EQ(bytes, (Bytes{0, 0, 0, 7, 1, 0, 0, 0, 3, 1, 2, 3}));
  EXPECT_EQ(KeeperAnswer::parse(bytes), answer);
}

TEST(KeeperMessages, refuses_what_is_cut_short_or_too_long) {
  auto bytes = full_request().serialize();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(KeeperRequest::parse(ByteView(bytes).first(size))) << size;
  bytes.push_back(0);
  EXPECT_FALSE(KeeperRequest::parse(bytes));
}

TEST(KeeperMessages, refuses_unknown_operations_paddings_and_digests) {
  for (const std::size_t offset : {4, 7, 10}) {
    auto bytes = full_request().serialize();
    bytes.at(offset) = 7;
    EXPECT_FALSE(KeeperRequest::parse(bytes)) << offset;
  }
}

TEST(KeeperMessages, refuses_more_than_4096_bytes) {
  auto request = full_request();
  request.input.resize(max_keeper_bytes);
  EXPECT_LE(request.serialize().size(), max_keeper_message);
  EXPECT_EQ(KeeperRequest::parse(request.serialize()), request);
  request.input.push_back(0);
  EXPECT_FALSE(KeeperRequest::parse(request.serialize()));

  EXPECT_TRUE(KeeperAnswer::parse(KeeperAnswer{.output = Secret(Bytes(max_keeper_bytes))}.serialize()));
  EXPECT_FALSE(KeeperAnswer::parse(KeeperAnswer{.output = Secret(Bytes(max_keeper_bytes + 1))}.serialize()));
}

}  // namespace
}  // namespace sallyport::proto
