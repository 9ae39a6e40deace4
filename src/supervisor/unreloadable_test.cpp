#include "supervisor/unreloadable.hpp"

#include <gtest/gtest.h>

namespace sallyport::supervisor {
namespace {

using Sections = std::vector<std::string_view>;

TEST(KeepUnreloadable, says_nothing_of_equal_values_at_other_places) {
  Config now;
  Config next;
  now.tunnel.interface.at.line = 3;
  next.tunnel.interface.at.line = 7;
  next.tunnel.mtu.value = 1300;  // may be reloaded
  EXPECT_EQ(keep_unreloadable(now, next), Sections{});
  EXPECT_EQ(next.tunnel.mtu.value, 1300);
}

TEST(KeepUnreloadable, keeps_all_that_differs_and_names_its_sections) {
  Config now;
  now.tunnel.address_pool.value = or_throw(Prefix::parse("10.20.0.0/16"));
  Config next;
  next.listen.admin.value = UnixPath{"/other.sock"};
  next.process.workers.value = 4;
  next.process.control_threads = 3;
  next.tunnel.address_pool.value = or_throw(Prefix::parse("10.30.0.0/16"));
  next.tunnel.forwarding = true;
  next.state.directory.value = "/elsewhere";
  EXPECT_EQ(keep_unreloadable(now, next), (Sections{"listen", "process", "tunnel", "state"}));
  EXPECT_EQ(next, now);
}

}  // namespace
}  // namespace sallyport::supervisor
