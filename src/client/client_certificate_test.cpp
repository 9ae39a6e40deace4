#include "client/client_certificate.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using namespace std::chrono;

constexpr sys_seconds now = sys_days(year(2026) / 6 / 1) + 12h;

TEST(ClientCertificate, warns_of_one_that_is_or_will_be_out_of_date) {
  EXPECT_EQ(validity_warning(now - 24h, now + days(61), now), "");
  EXPECT_EQ(validity_warning(now - 24h, now + days(59), now), "expires on 2026-07-30");
  EXPECT_EQ(validity_warning(now - 24h, now, now), "has expired on 2026-06-01");
  EXPECT_EQ(validity_warning(now + 1h, now + days(99), now), "is not valid before 2026-06-01 13:00 UTC");
}

}  // namespace
}  // namespace sallyport::client
