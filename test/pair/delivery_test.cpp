// How the network cuts and joins what is sent makes no difference.
#include <gtest/gtest.h>

#include "test/pair/pair.hpp"

namespace sallyport::pair {
namespace {

class Delivery : public testing::TestWithParam<Link::Delivery> {};

TEST_P(Delivery, makes_no_difference) {
  Pair pair;
  pair.play([](Pair& both, Link::Delivery delivery) -> net::Task<void> {
    for (const auto* group : {password_group, code_group}) {
      Disturbance nothing;
      const auto outcome = co_await both.run(group, nothing, delivery);
      EXPECT_EQ(outcome.error, "") << group;
    }
  }(pair, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Pair, Delivery,
                         testing::Values(Link::Delivery::records, Link::Delivery::single_bytes,
                                         Link::Delivery::joined));

}  // namespace
}  // namespace sallyport::pair
