#include "client/reconnect.hpp"

#include "client/test_support.hpp"
#include "proto/connect_request.hpp"

namespace sallyport::client {
namespace {

class ReconnectTry : public ::testing::Test {
 protected:
  // At `addresses` with the gateway's port.
  Reconnect::Terms terms(std::initializer_list<std::string_view> addresses) {
    const auto url = or_throw(proto::Url::parse(gateway.url()));
    Reconnect::Terms terms{HttpSession(run.attempt, url),
                           Secret("TOKEN"),
                           {or_throw(Address::parse("10.20.0.5")), or_throw(Address::parse("fd20::5"))},
                           {}};
    for (const auto address : addresses) {
      terms.addresses.push_back({or_throw(Address::parse(address)), url.port});
    }
    return terms;
  }

  // At the login, with --allow-untrusted.
  void lets_pass(const tls::KeyPair& identity) {
    run.options.server_pins = {};
    run.options.allow_untrusted = true;
    run.tls = or_throw(open_context(run.options, ""));
    const auto url = or_throw(proto::Url::parse(gateway.url()));
    run.trust.allow(url.host + ":" + std::to_string(url.port), tls::pin_sha256(identity.chain.leaf()));
  }

  static net::Task<void> until_it_ends(Reconnect::Terms terms, const Attempt& attempt,
                                       std::shared_ptr<Reconnect>& ended) {
    ended = Reconnect::start(co_await net::this_executor(), std::move(terms), attempt);
    while (!ended->is_over()) co_await attempt.tunnel.next();
  }

  std::shared_ptr<Reconnect> end_of(Reconnect::Terms terms) {
    std::shared_ptr<Reconnect> ended;
    EXPECT_EQ(run.run(until_it_ends(std::move(terms), run.attempt, ended)).error, "");
    return ended;
  }

  testing::Run run;
  testing::FakeGateway gateway{run.loop};
};

TEST_F(ReconnectTry, asks_with_the_same_token_for_the_addresses_it_held) {
  gateway.will_answer(proto::HttpReply{.status = 503});
  const auto ended = end_of(terms({"127.0.0.1"}));
  ASSERT_TRUE(ended->answered);
  EXPECT_EQ(ended->answered->reply.status, 503);
  EXPECT_TRUE(ended->is_from_the_session());
  const auto asked = or_throw(proto::ConnectRequest::parse(gateway.requests.at(0).headers.list()));
  EXPECT_EQ(asked.token, Secret("TOKEN"));
  EXPECT_EQ(asked.held_addresses.size(), 2U);
  EXPECT_EQ(asked.master_secret.size(), 48U);
}

TEST_F(ReconnectTry, knows_that_another_address_of_the_name_may_not_know_the_session) {
  gateway.will_answer(proto::HttpReply{.status = 401});
  const auto ended = end_of(terms({"127.0.0.9", "127.0.0.1"}));  // nobody listens at the first
  ASSERT_TRUE(ended->answered);
  EXPECT_FALSE(ended->is_from_the_session());
}

TEST_F(ReconnectTry, looks_the_name_up_where_it_may_stand_for_another_address) {
  gateway.will_answer(proto::HttpReply{.status = 401});
  run.options.resolve = {"127.0.0.1:127.0.0.1"};
  auto moved = terms({"127.0.0.9"});
  moved.looks_up = true;
  const auto ended = end_of(std::move(moved));
  ASSERT_TRUE(ended->answered);
  EXPECT_TRUE(ended->is_from_the_session()) << "where the name leads now is where the session is";
}

TEST_F(ReconnectTry, the_session_is_where_it_was_as_long_as_the_name_stands_for_that) {
  gateway.will_answer(proto::HttpReply{.status = 401});
  run.options.resolve = {"127.0.0.1:127.0.0.9", "127.0.0.1:127.0.0.1"};  // name servers turn the order
  auto there = terms({"127.0.0.1"});
  there.looks_up = true;
  const auto ended = end_of(std::move(there));
  ASSERT_TRUE(ended->answered);
  EXPECT_TRUE(ended->is_from_the_session());
}

TEST_F(ReconnectTry, an_answer_without_an_address_is_none) {
  gateway.will_answer(proto::HttpReply{.status = 200});
  const auto ended = end_of(terms({"127.0.0.1"}));
  EXPECT_FALSE(ended->answered);
  EXPECT_EQ(ended->failure.text, "the gateway gave no inner address");
}

TEST_F(ReconnectTry, tells_that_nobody_answers) {
  const auto ended = end_of(terms({"127.0.0.9"}));
  EXPECT_FALSE(ended->answered);
  EXPECT_FALSE(ended->certificate_blocked);
  EXPECT_NE(ended->failure.text.find("cannot reach 127.0.0.9"), std::string::npos) << ended->failure.text;
}

TEST_F(ReconnectTry, does_not_go_through_the_tunnel_that_it_builds) {
  auto through = terms({"127.0.0.1"});
  through.held = {or_throw(Address::parse("127.0.0.1"))};
  EXPECT_EQ(end_of(std::move(through))->failure.text, "no way leads to the gateway 127.0.0.1");
  EXPECT_EQ(gateway.connections, 0);
}

TEST_F(ReconnectTry, a_blocked_certificate_is_told_apart) {
  run.options.server_pins = {tls::pin_sha256(tls::test::self_signed({}).chain.leaf())};
  run.tls = or_throw(open_context(run.options, ""));
  EXPECT_TRUE(end_of(terms({"127.0.0.1"}))->certificate_blocked);
}

TEST_F(ReconnectTry, trusts_the_certificate_that_the_user_let_pass) {
  lets_pass(testing::gateway_identity());
  gateway.will_answer(proto::HttpReply{.status = 503});
  EXPECT_TRUE(end_of(terms({"127.0.0.1"}))->answered);
}

TEST_F(ReconnectTry, trusts_no_other_than_the_certificate_that_the_user_let_pass) {
  lets_pass(tls::test::self_signed({}));
  EXPECT_TRUE(end_of(terms({"127.0.0.1"}))->certificate_blocked);
}

TEST_F(ReconnectTry, once_abandoned_it_asks_for_nothing) {
  gateway.will_answer(proto::HttpReply{.status = 200});
  struct Watch {
    static net::Task<void> abandoned(Reconnect::Terms terms, const Attempt& attempt) {
      const auto started = Reconnect::start(co_await net::this_executor(), std::move(terms), attempt);
      started->abandon();
      while (!started->is_over()) co_await net::sleep(std::chrono::milliseconds(1));
    }
  };
  EXPECT_EQ(run.run(Watch::abandoned(terms({"127.0.0.1"}), run.attempt)).error, "");
  EXPECT_EQ(gateway.connections, 1);
  EXPECT_TRUE(gateway.requests.empty());
}

}  // namespace
}  // namespace sallyport::client
