#include "proto/admin.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

TEST(AdminMessages, status_has_the_keys_of_the_contract_and_reads_back) {
  const Status status{"0.1.0",
                      12,
                      3,
                      1,
                      4711,
                      2,
                      {{"supervisor", 4711, 0}, {"keeper", 4712, 61181}},
                      {"ipsec-mb", "tcp", true, false, true, false, {{"not_ip", 3}, {"bad_source", 0}}}};
  EXPECT_EQ(
      status.serialize(),
      R"({"version":"0.1.0","uptime_seconds":12,"sessions":3,"workers":1,"pid":4711,"generation":2,)"
      R"("processes":[{"role":"supervisor","pid":4711,"uid":0},{"role":"keeper","pid":4712,"uid":61181}],)"
      R"("data_path":{"crypto":"ipsec-mb","tun_offload":"tcp","coalesce_tcp":true,"coalesce_udp":false,)"
      R"("udp_gso":true,"udp_gro":false,"dropped":{"not_ip":3,"bad_source":0}}})");
  EXPECT_EQ(Status::parse(status.serialize()), status);
}

TEST(AdminMessages, a_missing_key_is_named) {
  const auto status = Status::parse(R"({"version":"1"})");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text, "the key 'uptime_seconds' is missing or of another type");
}

TEST(AdminMessages, stop_order_may_be_empty_but_not_wrong) {
  EXPECT_EQ(StopOrder::parse(""), StopOrder{});
  EXPECT_EQ(StopOrder::parse(StopOrder{true}.serialize()), StopOrder{true});
  EXPECT_FALSE(StopOrder::parse(R"({"end_sessions":1})"));
  EXPECT_FALSE(StopOrder::parse("[]"));
  EXPECT_FALSE(StopOrder::parse("{"));
}

TEST(AdminMessages, problem_reads_back_and_deep_nesting_is_refused) {
  const Problem problem{409, "Conflict", "gateway.toml:3:1: unknown key 'x'"};
  EXPECT_EQ(Problem::parse(problem.serialize()), problem);
  EXPECT_FALSE(Problem::parse(std::string(1000, '[') + std::string(1000, ']')));
}

}  // namespace sallyport::proto
