#include "gateway/worker_keeper.hpp"

#include <gtest/gtest.h>

#include "proto/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class WorkerKeeperTest : public testing::Test {
 protected:
  WorkerKeeperTest() {
    auto [ours, theirs] = or_throw(sys::message_pair());
    keeper_ = std::move(theirs);
    way_.emplace(std::move(ours));
  }

  void answer(std::uint32_t id, std::string_view text) {
    const proto::KeeperAnswer message{id, true, Secret(text)};
    or_throw(sys::send_message(keeper_.number(), message.serialize()));
  }

  Descriptor keeper_;
  std::optional<WorkerKeeper> way_;
};

TEST_F(WorkerKeeperTest, carries_requests_and_answers) {
  ASSERT_TRUE(way_->send({.id = 7, .key = 2, .input = Bytes(32)}));
  const auto message = or_throw(sys::receive_message(keeper_.number()));
  const auto request = or_throw(proto::KeeperRequest::parse(message.bytes));
  EXPECT_EQ(request.id, 7U);
  EXPECT_EQ(request.key, 2);
  answer(7, "signature");
  const auto received = or_throw(way_->receive());
  EXPECT_EQ(received.id, 7U);
  EXPECT_TRUE(received.output == Secret("signature"));
}

TEST_F(WorkerKeeperTest, does_not_wait_long_for_a_keeper_that_hangs_and_then_not_at_all) {
  const auto begin = Clock::now();
  ASSERT_TRUE(way_->send({.id = 1}));
  EXPECT_EQ(way_->receive().error().kind, ErrorKind::timeout);
  EXPECT_GE(Clock::now() - begin, 100ms);
  EXPECT_LT(Clock::now() - begin, 2s);  // a busy machine
  EXPECT_FALSE(way_->send({.id = 2}));
}

TEST_F(WorkerKeeperTest, late_answers_do_not_make_the_wait_longer) {
  ASSERT_TRUE(way_->send({.id = 1}));
  tls::RemoteKeys keys(*way_);  // drops answers that nobody waits for
  for (std::uint32_t id = 100; id < 110; ++id) answer(id, "late");
  const auto begin = Clock::now();
  EXPECT_FALSE(keys.perform({.input = Bytes(32)}));
  EXPECT_LT(Clock::now() - begin, 2s);
}

TEST_F(WorkerKeeperTest, fails_at_once_where_the_keeper_is_gone) {
  ASSERT_TRUE(way_->send({.id = 1}));
  keeper_.close();
  EXPECT_EQ(way_->receive().error().kind, ErrorKind::closed);
  EXPECT_FALSE(way_->send({.id = 2}));
}

}  // namespace
}  // namespace sallyport::gateway
