// What becomes of a session's times when its tunnel ends and when it is read back; the store is not asked.
#include "store/session.hpp"

#include "store/test_support.hpp"

namespace sallyport::store {

using namespace testing;
using std::chrono::seconds;

namespace {

constexpr WallTime now{seconds(2000000)};
constexpr seconds idle_timeout{600};

Session session_under(seconds idle, seconds session_timeout = seconds(0)) {
  auto policy = sample_policy();
  policy.idle_timeout = idle;
  policy.session_timeout = session_timeout;
  auto session = sample_session(1);
  session.policy = std::make_shared<const proto::GroupPolicy>(policy);
  return session;
}

}  // namespace

TEST(Session, that_nobody_connects_to_ends_after_five_minutes) {
  auto session = session_under(idle_timeout, seconds(3600));
  begin(session, now);
  EXPECT_EQ(session.created_at, now);
  EXPECT_EQ(session.connected_at, std::nullopt);
  EXPECT_EQ(session.dies_at, now + seconds(300));
  EXPECT_EQ(session.expires_at, now + seconds(3600));
  EXPECT_EQ(end_of(session), now + seconds(300));

  auto unlimited = session_under(idle_timeout);
  begin(unlimited, now);
  EXPECT_EQ(unlimited.expires_at, std::nullopt);
}

TEST(Session, whose_tunnel_is_lost_lives_for_its_idle_timeout) {
  auto session = session_under(idle_timeout);
  session.connected_at = now - seconds(50);
  detach(session, now);
  EXPECT_EQ(session.connected_at, std::nullopt);
  EXPECT_EQ(session.dies_at, now + idle_timeout);
}

TEST(Session, whose_client_said_goodbye_lives_as_long_as_the_rule_says) {
  auto session = session_under(idle_timeout);
  session.connected_at = now - seconds(50);
  detach(session, now, seconds(15));
  EXPECT_EQ(session.dies_at, now + seconds(15));
}

TEST(Session, without_an_idle_timeout_is_limited_by_nothing_but_its_session_timeout) {
  auto session = session_under(seconds(0));
  session.connected_at = now - seconds(50);
  detach(session, now);
  EXPECT_EQ(end_of(session), std::nullopt);
  session.expires_at = now + seconds(7);
  EXPECT_EQ(end_of(session), now + seconds(7));
}

TEST(Session, ends_at_the_first_of_its_two_ends) {
  auto session = session_under(idle_timeout);
  session.expires_at = now + seconds(7);
  session.dies_at = now + seconds(9);
  EXPECT_EQ(end_of(session), now + seconds(7));
  session.dies_at = now + seconds(5);
  EXPECT_EQ(end_of(session), now + seconds(5));
}

TEST(Session, read_back_with_a_tunnel_has_its_idle_timeout_to_come_back) {
  auto session = session_under(idle_timeout);
  session.connected_at = now - seconds(5000);
  restore(session, now);
  EXPECT_EQ(session.connected_at, std::nullopt);
  EXPECT_EQ(session.dies_at, now + idle_timeout);
}

TEST(Session, read_back_without_a_tunnel_ends_when_it_would_have) {
  auto session = session_under(idle_timeout, seconds(3600));
  session.dies_at = now + seconds(100);
  session.expires_at = now + seconds(1000);
  restore(session, now);
  EXPECT_EQ(session.dies_at, now + seconds(100));
  EXPECT_EQ(session.expires_at, now + seconds(1000));
}

TEST(Session, that_was_stored_by_a_clock_ahead_gets_no_more_than_a_new_one) {
  const auto years_ahead = now + std::chrono::years(70);
  auto session = session_under(idle_timeout, seconds(3600));
  session.created_at = years_ahead;
  session.expires_at = years_ahead + seconds(3600);
  session.dies_at = years_ahead + idle_timeout;
  restore(session, now);
  EXPECT_EQ(session.expires_at, now + seconds(3600));
  EXPECT_EQ(session.dies_at, now + idle_timeout);

  auto unused = session_under(seconds(0));
  unused.dies_at = years_ahead + unused_life;
  restore(unused, now);
  EXPECT_EQ(unused.dies_at, now + unused_life);
}

}  // namespace sallyport::store
