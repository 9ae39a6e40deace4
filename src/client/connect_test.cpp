#include "client/connect.hpp"

#include "client/test_support.hpp"
#include "proto/connect_request.hpp"

namespace sallyport::client {
namespace {

proto::HttpReply connected() {
  proto::HttpReply reply{.reason = "CONNECTED"};
  reply.headers = {
      {"X-CSTP-Address", "10.20.0.5"}, {"X-CSTP-Netmask", "255.255.0.0"}, {"X-CSTP-MTU", "1418"}};
  return reply;
}

class ConnectPhase : public ::testing::Test {
 protected:
  testing::Outcome connect_to(const std::string& url) {
    admission.token = Secret("TOKEN");
    return run.run(phase(run.attempt, or_throw(proto::Url::parse(url)), admission));
  }

  static net::Task<void> phase(const Attempt& attempt, proto::Url url, const Admission& admission) {
    HttpSession session(attempt, std::move(url));
    co_await connect(session, admission, attempt);
  }

  static net::Task<void> phase_and_goodbye(const Attempt& attempt, proto::Url url, const Admission& admission,
                                           testing::FakeGateway& gateway, std::string& error) {
    try {
      co_await phase(attempt, std::move(url), admission);
    } catch (const Failure& failure) {
      error = failure.error().text;
    }
    while (gateway.after_connect.empty()) co_await gateway.heard.wait();
  }

  // The front says no to whatever it is asked first.
  static net::Task<void> refuse(const Descriptor& end, std::optional<proto::ConfigureHost>& asked) {
    net::Socket socket(co_await net::this_executor(), Descriptor(dup(end.number())));
    co_await socket.readable();
    const auto message = or_throw(sys::receive_message(end.number()));
    const auto wish = or_throw(proto::decode<proto::ConnectionMessage>(message.bytes));
    asked = std::get<proto::ConfigureHost>(wish);
    const proto::FrontMessage no = proto::FrontFailed{"no interface is free"};
    or_throw(sys::send_message(end.number(), proto::encode(no)));
  }

  testing::Run run;
  testing::FakeGateway gateway{run.loop};
  Admission admission;
};

TEST_F(ConnectPhase, a_rejected_token_is_a_failed_login) {
  gateway.will_answer(proto::HttpReply{.status = 401, .reason = "Cookie is not acceptable"});
  const auto outcome = connect_to(gateway.url("/group"));
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error,
            "the gateway rejected the new session token: 401 Cookie is not acceptable; "
            "perhaps the user has too many sessions");
  const auto& request = gateway.requests.at(0);
  EXPECT_EQ(request.target, "/CSCOSSLC/tunnel");
  const auto asked = or_throw(proto::ConnectRequest::parse(request.headers.list()));
  EXPECT_EQ(asked.token, Secret("TOKEN"));
  EXPECT_EQ(asked.protocol, proto::cstp_protocol);
  EXPECT_TRUE(asked.families.ipv6);
  EXPECT_TRUE(asked.full_ipv6);
  EXPECT_GE(asked.base_mtu, 1280);
  EXPECT_EQ(asked.master_secret.size(), 48U);
  EXPECT_EQ(asked.dtls_offer(), proto::default_dtls_offer(false));
}

TEST_F(ConnectPhase, a_rejected_cookie_of_another_run_is_a_failed_login) {
  run.options.cookie_on_stdin = true;
  gateway.will_answer(proto::HttpReply{.status = 401, .reason = "Cookie is not acceptable"});
  const auto outcome = connect_to(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway rejected the session cookie: 401 Cookie is not acceptable");
}

TEST_F(ConnectPhase, without_dtls_nothing_is_said_of_it) {
  run.options.no_dtls = true;
  gateway.will_answer(proto::HttpReply{.status = 401});
  connect_to(gateway.url());
  const auto asked = or_throw(proto::ConnectRequest::parse(gateway.requests.at(0).headers.list()));
  EXPECT_TRUE(asked.master_secret.empty());
  EXPECT_EQ(asked.dtls_offer(), proto::DtlsOffer());
}

TEST_F(ConnectPhase, named_suites_are_offered_and_no_others) {
  run.options.dtls12_ciphers = {"AES256-GCM-SHA384"};
  gateway.will_answer(proto::HttpReply{.status = 401});
  connect_to(gateway.url());
  const auto asked = or_throw(proto::ConnectRequest::parse(gateway.requests.at(0).headers.list()));
  EXPECT_EQ(asked.dtls_offer(), (proto::DtlsOffer{{}, {"AES256-GCM-SHA384"}}));
}

TEST_F(ConnectPhase, without_ipv6_only_ipv4_is_asked_for) {
  run.options.disable_ipv6 = true;
  run.options.mtu = 1300;
  gateway.will_answer(proto::HttpReply{.status = 401});
  connect_to(gateway.url());
  const auto asked = or_throw(proto::ConnectRequest::parse(gateway.requests.at(0).headers.list()));
  EXPECT_EQ(asked.families, (proto::Families{.ipv4 = true, .ipv6 = false}));
  EXPECT_FALSE(asked.full_ipv6);
  EXPECT_EQ(asked.mtu, 1300);
}

TEST_F(ConnectPhase, a_refusal_carries_the_gateways_reason) {
  proto::HttpReply no{.status = 503, .reason = "Service Unavailable"};
  no.headers.add("X-Reason", "no address is free");
  gateway.will_answer(std::move(no));
  const auto outcome = connect_to(gateway.url());
  EXPECT_FALSE(outcome.code);
  EXPECT_EQ(outcome.error, "the gateway refused the tunnel: 503 Service Unavailable (no address is free)");
}

TEST_F(ConnectPhase, a_machine_that_cannot_be_set_up_ends_the_session_with_a_word) {
  gateway.will_answer(connected());
  std::optional<proto::ConfigureHost> asked;
  net::spawn(run.loop.executor(), run.front.run(), [](const Error&) {});
  net::spawn(run.loop.executor(), refuse(run.front_end, asked),
             [](const Error& error) { ADD_FAILURE() << error.text; });
  std::string error;
  const auto outcome = run.run(
      phase_and_goodbye(run.attempt, or_throw(proto::Url::parse(gateway.url())), admission, gateway, error));
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(error, "no interface is free");
  const auto goodbye = proto::cstp_disconnect({0x70, "the machine could not be set up"});
  EXPECT_EQ(gateway.after_connect, as_text(goodbye));
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->settings.ipv4, or_throw(Prefix::parse("10.20.0.5/16")));
}

}  // namespace
}  // namespace sallyport::client
