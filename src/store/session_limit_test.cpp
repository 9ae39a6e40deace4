#include "store/session_limit.hpp"

#include <list>

#include "store/test_support.hpp"

namespace sallyport::store {

using namespace testing;
using std::chrono::seconds;

namespace {

class SessionLimit : public ::testing::Test {
 protected:
  // A login at second `created`, with a tunnel or without.
  void has(SessionId id, int created, bool connected) {
    auto& session = sessions_.emplace_back(sample_session(id));
    session.created_at = WallTime(seconds(created));
    if (connected) session.connected_at = session.created_at;
    others_.push_back(&session);
  }

  Result<std::vector<SessionId>> ended(std::uint32_t limit,
                                       proto::AtSessionLimit at = proto::AtSessionLimit::end_oldest) {
    auto policy = sample_policy();
    policy.max_sessions_per_user = limit;
    policy.at_session_limit = at;
    auto next = sample_session(100);
    next.created_at = WallTime(seconds(1000));
    next.policy = std::make_shared<const proto::GroupPolicy>(policy);
    return choose_to_end(next, others_);
  }

  std::list<Session> sessions_;
  std::vector<const Session*> others_;
};

using Ids = std::vector<SessionId>;
constexpr auto refuse = proto::AtSessionLimit::refuse;

}  // namespace

TEST_F(SessionLimit, of_zero_is_none) {
  for (SessionId id = 1; id <= 50; ++id) has(id, 1, true);
  EXPECT_EQ(ended(0), Ids());
  EXPECT_EQ(ended(0, refuse), Ids());
}

TEST_F(SessionLimit, that_is_not_reached_ends_nothing) {
  has(1, 1, true);
  EXPECT_EQ(ended(2), Ids());
  EXPECT_EQ(ended(2, refuse), Ids());
}

TEST_F(SessionLimit, ends_the_oldest) {
  has(1, 30, true);
  has(2, 10, true);
  has(3, 20, true);
  EXPECT_EQ(ended(3), Ids{2});
  EXPECT_EQ(ended(1), (Ids{2, 3, 1}));  // the policy's limit has become lower
}

TEST_F(SessionLimit, ends_one_without_a_tunnel_first) {
  has(1, 10, true);
  has(2, 30, false);
  has(3, 20, false);
  EXPECT_EQ(ended(3), Ids{3});
  EXPECT_EQ(ended(2), (Ids{3, 2}));
  EXPECT_EQ(ended(1), (Ids{3, 2, 1}));
}

TEST_F(SessionLimit, refuses_where_all_have_a_tunnel) {
  has(1, 10, true);
  has(2, 20, true);
  EXPECT_EQ(ended(2, refuse).error().kind, ErrorKind::denied);
  EXPECT_EQ(ended(1, refuse).error().kind, ErrorKind::denied);
}

TEST_F(SessionLimit, that_refuses_lets_one_without_a_tunnel_make_room) {
  has(1, 10, true);
  has(2, 20, false);
  EXPECT_EQ(ended(2, refuse), Ids{2});
  EXPECT_EQ(ended(1, refuse).error().kind, ErrorKind::denied);
}

TEST_F(SessionLimit, does_not_count_what_is_over) {
  has(1, 10, false);
  sessions_.back().dies_at = WallTime(seconds(1000));
  EXPECT_EQ(ended(1), Ids());
  sessions_.back().dies_at = WallTime(seconds(1001));
  EXPECT_EQ(ended(1), Ids{1});
}

}  // namespace sallyport::store
