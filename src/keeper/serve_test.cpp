#include "keeper/serve.hpp"

#include <utility>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "keeper/isolation_harness.hpp"

namespace sallyport::keeper {
namespace {

using namespace harness;

class KeeperServe : public testing::Test {
 protected:
  // What the keeper says to these bytes; nothing if it hangs up.
  Bytes answer_to(const Bytes& request) {
    auto pair = socket_pair();
    const Keeper keeper(std::move(pair.keeper));
    const auto gateway = std::move(pair.gateway);  // closed before the keeper's thread is joined
    EXPECT_EQ(::send(gateway.number(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    Bytes answer(proto::max_keeper_message);
    const auto size = ::recv(gateway.number(), answer.data(), answer.size(), 0);
    answer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return answer;
  }

  const proto::KeeperRequest good{.id = 9, .key = ed25519, .input = Bytes(proto::max_keeper_bytes)};
};

TEST_F(KeeperServe, answers_the_largest_request) {
  const auto answer = proto::KeeperAnswer::parse(answer_to(good.serialize()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, 9U);
  EXPECT_TRUE(answer->ok);
}

TEST_F(KeeperServe, hangs_up_on_an_unknown_operation) {
  auto bytes = good.serialize();
  bytes[4] = 2;
  EXPECT_TRUE(answer_to(bytes).empty());
}

TEST_F(KeeperServe, hangs_up_on_what_is_too_long_or_no_request) {
  auto request = good;
  request.input.push_back(0);
  EXPECT_TRUE(answer_to(request.serialize()).empty());
  request.input.resize(20'000);
  EXPECT_TRUE(answer_to(request.serialize()).empty());
  EXPECT_TRUE(answer_to({1, 2, 3}).empty());
}

}  // namespace
}  // namespace sallyport::keeper
