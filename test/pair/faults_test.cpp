// Operation n fails, for every n: of the records between client and gateway, of the session store, of the
// authenticator and of the keeper.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/pair/pair.hpp"

namespace sallyport::pair {
namespace {

struct Place {
  const char* name;
  Fault fault;
  int at_least;  // so many operations a run has there
};

class EachOperation : public testing::TestWithParam<std::tuple<Place, const char*>> {};

TEST_P(EachOperation, may_fail) {
  const auto& [place, group] = GetParam();
  Pair pair;
  int operations = 0;
  pair.play([](Pair& both, std::string of, Fault fault, int& count) -> net::Task<void> {
    count = co_await both.fail_each(std::move(of), fault);
  }(pair, group, place.fault, operations));
  EXPECT_GE(operations, place.at_least);
}

// The first record is the client's hello, the eighth its first request.
TEST(SilentGateway, is_told_in_words) {
  Pair pair;
  pair.play([](Pair& both) -> net::Task<void> {
    Disturbance hello(Fault::link_goes_silent, 1);
    const auto in_handshake = co_await both.run(password_group, hello);
    EXPECT_EQ(in_handshake.error, "TLS handshake: the gateway does not answer");
    Disturbance request(Fault::link_goes_silent, 8);
    const auto in_login = co_await both.run(password_group, request);
    EXPECT_EQ(in_login.error, "the gateway does not answer");
  }(pair));
}

// Its request is the thirteenth record, the answer the fourteenth. The gateway may have read it.
TEST(CodeOnItsWay, is_not_sent_a_second_time) {
  Pair pair;
  pair.play([](Pair& both) -> net::Task<void> {
    for (const int record : {13, 14}) {
      Disturbance lost(Fault::link_ends, record);
      const auto outcome = co_await both.run(code_group, lost);
      EXPECT_THAT(outcome.error, testing::HasSubstr("it is not sent a second time"));
    }
  }(pair));
}

constexpr Place places[] = {{"LinkEnds", Fault::link_ends, 30},
                            {"LinkIsReset", Fault::link_is_reset, 30},
                            {"LinkGoesSilent", Fault::link_goes_silent, 30},
                            {"StoreIsUnavailable", Fault::store_is_unavailable, 7},
                            {"AuthenticatorUnavailable", Fault::authenticator_unavailable, 1},
                            {"AuthenticatorDies", Fault::authenticator_dies, 1},
                            {"KeeperRefuses", Fault::keeper_refuses, 2},
                            {"KeeperDies", Fault::keeper_dies, 2}};

std::string name_of(const testing::TestParamInfo<EachOperation::ParamType>& info) {
  const auto& [place, group] = info.param;
  return std::string(place.name) + group;
}

INSTANTIATE_TEST_SUITE_P(Pair, EachOperation,
                         testing::Combine(testing::ValuesIn(places),
                                          testing::Values(password_group, code_group)),
                         name_of);

}  // namespace
}  // namespace sallyport::pair
