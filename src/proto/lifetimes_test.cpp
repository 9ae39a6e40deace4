#include "proto/lifetimes.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using std::chrono::seconds;
constexpr TokenLife dead = seconds(0);
constexpr TokenLife grace = seconds(15);

}  // namespace

TEST(Lifetimes, a_users_disconnect_ends_the_token_at_once_or_soon) {
  using disconnect_reason::user;
  EXPECT_EQ(token_life_after_disconnect(user, UserAgent::openconnect), dead);
  EXPECT_EQ(token_life_after_disconnect(user, UserAgent::sallyport), dead);
  EXPECT_EQ(token_life_after_disconnect(user, UserAgent::anyconnect), grace);
  EXPECT_EQ(token_life_after_disconnect(user, UserAgent::unknown), grace);
}

TEST(Lifetimes, any_other_disconnect_leaves_the_token_alone) {
  using namespace disconnect_reason;
  for (auto reason : {std::optional<std::uint8_t>(), std::optional(reconnecting), std::optional(suspended),
                      std::optional(local_error), std::optional<std::uint8_t>(0)}) {
    for (auto agent : {UserAgent::openconnect, UserAgent::anyconnect, UserAgent::unknown}) {
      EXPECT_EQ(token_life_after_disconnect(reason, agent), std::nullopt);
    }
  }
}

TEST(Lifetimes, a_client_that_is_to_come_back_is_told_nothing) {
  for (auto end : {TunnelEnd::connection_lost, TunnelEnd::replaced, TunnelEnd::gateway_stops}) {
    EXPECT_EQ(rule_for(end).token_life, std::nullopt);
    EXPECT_FALSE(rule_for(end).say_disconnect);
  }
}

TEST(Lifetimes, a_final_end_is_said_and_ends_the_token) {
  for (auto end : {TunnelEnd::logout, TunnelEnd::idle_timeout, TunnelEnd::session_timeout, TunnelEnd::admin,
                   TunnelEnd::duplicate_login}) {
    EXPECT_EQ(rule_for(end).token_life, dead);
    EXPECT_TRUE(rule_for(end).say_disconnect);
  }
}

}  // namespace sallyport::proto
