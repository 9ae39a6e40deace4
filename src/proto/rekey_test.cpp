#include "proto/rekey.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using std::chrono::seconds;

constexpr Time start{std::chrono::hours(1)};

}  // namespace

TEST(Rekey, what_a_method_means_on_tls) {
  constexpr TlsFacts tls13{.tls13 = true};
  constexpr TlsFacts tls12{.secure_renegotiation = true};
  constexpr TlsFacts insecure{};
  EXPECT_EQ(tls_rekey(RekeyMethod::none, tls13), RekeyAction::none);
  EXPECT_EQ(tls_rekey(RekeyMethod::new_tunnel, tls13), RekeyAction::new_tunnel);
  EXPECT_EQ(tls_rekey(RekeyMethod::ssl, tls13), RekeyAction::key_update);
  EXPECT_EQ(tls_rekey(RekeyMethod::ssl, tls12), RekeyAction::renegotiate);
  EXPECT_EQ(tls_rekey(RekeyMethod::ssl, insecure), RekeyAction::new_tunnel);
}

TEST(Rekey, a_dtls_association_is_never_renegotiated) {
  EXPECT_EQ(dtls_rekey(RekeyMethod::ssl), RekeyAction::new_tunnel);
  EXPECT_EQ(dtls_rekey(RekeyMethod::new_tunnel), RekeyAction::new_tunnel);
  EXPECT_EQ(dtls_rekey(RekeyMethod::none), RekeyAction::none);
}

TEST(Rekey, is_due_each_interval_after_the_last) {
  RekeySchedule schedule(RekeyAction::key_update, seconds(100), start);
  EXPECT_EQ(schedule.due(start + seconds(99)), RekeyAction::none);
  EXPECT_EQ(schedule.due(start + seconds(100)), RekeyAction::key_update);
  schedule.done(start + seconds(101));
  EXPECT_EQ(schedule.due(start + seconds(200)), RekeyAction::none);
  EXPECT_EQ(schedule.next(), start + seconds(201));
}

TEST(Rekey, a_failure_leaves_a_new_tunnel) {
  RekeySchedule schedule(RekeyAction::renegotiate, seconds(100), start);
  schedule.failed();
  EXPECT_EQ(schedule.due(start + seconds(100)), RekeyAction::new_tunnel);
}

TEST(Rekey, without_a_time_or_method_it_is_never_due) {
  EXPECT_EQ(RekeySchedule(RekeyAction::key_update, seconds(0), start).next(), Time::max());
  EXPECT_EQ(RekeySchedule(RekeyAction::none, seconds(10), start).due(start + seconds(10)), RekeyAction::none);
}

TEST(Rekey, before_half_of_the_announced_time_is_too_soon) {
  EXPECT_TRUE(rekey_comes_too_soon(seconds(100), start, start + seconds(49)));
  EXPECT_FALSE(rekey_comes_too_soon(seconds(100), start, start + seconds(50)));
}

}  // namespace sallyport::proto
