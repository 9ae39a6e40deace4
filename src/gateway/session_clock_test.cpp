#include "gateway/session_clock.hpp"

#include <gtest/gtest.h>

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

// Whatever the machine's clock says meanwhile: these services believe they started in another year.
TEST(SessionClock, counts_from_the_services_start_and_not_by_the_machines_clock) {
  for (const auto booted_at : {store::WallTime(seconds(0)), store::WallTime(std::chrono::years(130))}) {
    const seconds before(sys::boot_time_seconds());
    const auto now = SessionClock(booted_at).now();
    const seconds after(sys::boot_time_seconds());
    EXPECT_GE(now, booted_at + before);
    EXPECT_LE(now, booted_at + after);
  }
}

TEST(SessionClock, a_successor_goes_on_where_the_former_process_was) {
  const store::WallTime booted_at(seconds(1000000));
  const auto former = SessionClock(booted_at).now();
  const auto successor = SessionClock(booted_at).now();
  EXPECT_GE(successor, former);
  EXPECT_LE(successor, former + seconds(5));
}

}  // namespace

}  // namespace sallyport::gateway
