#include "client/login.hpp"

#include "client/authenticate.hpp"
#include "client/select_group.hpp"
#include "client/test_support.hpp"

namespace sallyport::client {
namespace {

using ::testing::Test;

proto::HttpReply with_cookie(std::string body, std::string cookie) {
  proto::HttpReply reply{.body = std::move(body)};
  reply.headers.add("Set-Cookie", cookie);
  return reply;
}

proto::HttpReply redirect_to(const std::string& url) {
  proto::HttpReply reply{.status = 302, .reason = "Found"};
  reply.headers.add("Location", url);
  return reply;
}

std::string form(const std::string& content, const std::string& opaque = "") {
  return R"(<?xml version="1.0"?><config-auth client="vpn" type="auth-request">)" + opaque +
         R"(<auth id="main"><message>Hello.</message><form method="post" action="/auth">)" + content +
         "</form></auth></config-auth>";
}

const std::string name_and_password =
    R"(<input type="text" name="username"/><input type="password" name="password"/>)";
const std::string groups =
    R"(<select name="group_list"><option selected="true">sales</option><option value="s">staff</option></select>)";
const std::string groups_with_staff =
    R"(<select name="group_list"><option value="s" selected="true">staff</option><option>sales</option></select>)";
const std::string complete =
    R"(<config-auth client="vpn" type="complete"><auth id="success"><banner>Hi</banner></auth></config-auth>)";
const std::string complete_with_token =
    R"(<config-auth client="vpn" type="complete"><session-id>7</session-id><session-token>TOKEN</session-token>)"
    R"(<auth id="success"/></config-auth>)";

class LogIn : public Test {
 protected:
  LogIn() {
    run.options.user = "alice";
    run.options.form_entries = {{"main", "password", "secret<&>"}};
  }

  // Both phases from the URL on.
  testing::Outcome log_in(const std::string& url) {
    return run.run(both(run.attempt, or_throw(proto::Url::parse(url)), admission));
  }

  static net::Task<void> both(const Attempt& attempt, proto::Url url, std::optional<Admission>& admission) {
    HttpSession session(attempt, std::move(url));
    auto login = co_await select_group(session, attempt);
    auto admitted = co_await authenticate(session, std::move(login), attempt);
    admission = std::move(admitted);
  }

  testing::Run run;
  testing::FakeGateway gateway{run.loop};
  std::optional<Admission> admission;
};

TEST_F(LogIn, sends_the_answers_where_the_form_says_and_takes_the_cookie_as_token) {
  gateway.will_answer(form(name_and_password, R"(<opaque is-for="sg"><x a="1"> y</x></opaque>)"));
  gateway.will_answer(with_cookie(complete, "webvpn=COOKIE; Secure"));
  EXPECT_EQ(log_in(gateway.url("/group")).error, "");
  ASSERT_EQ(gateway.requests.size(), 2U);
  EXPECT_EQ(gateway.connections, 1);
  EXPECT_EQ(gateway.requests[0].target, "/group");
  EXPECT_EQ(gateway.requests[1].target, "/auth");
  const auto init = or_throw(proto::AuthInit::parse(gateway.requests[0].body));
  EXPECT_EQ(init.group_access, gateway.url("/group"));
  const auto reply = or_throw(proto::AuthReply::parse(gateway.requests[1].body));
  EXPECT_EQ(reply.opaque, R"(<opaque is-for="sg"><x a="1"> y</x></opaque>)");
  EXPECT_EQ(reply.find("username")->reveal_text(), "alice");
  EXPECT_EQ(reply.find("password")->reveal_text(), "secret<&>");
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->token, Secret("COOKIE"));
}

TEST_F(LogIn, the_token_of_the_message_goes_before_the_cookie) {
  gateway.will_answer(with_cookie(complete_with_token, "webvpn=COOKIE"));
  EXPECT_EQ(log_in(gateway.url()).error, "");
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->token, Secret("TOKEN"));
  EXPECT_EQ(admission->complete.session_id, "7");
}

TEST_F(LogIn, a_completion_without_any_token_is_none) {
  gateway.will_answer(complete);
  EXPECT_EQ(log_in(gateway.url()).error, "the gateway completed the login without a session token");
}

TEST_F(LogIn, asks_anew_for_a_group_that_is_not_the_selected_one) {
  run.options.group = "staff";
  gateway.will_answer(form(name_and_password + groups));
  gateway.will_answer(form(name_and_password + groups_with_staff));
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  ASSERT_EQ(gateway.requests.size(), 3U);
  EXPECT_EQ(or_throw(proto::AuthInit::parse(gateway.requests[0].body)).group_select, "staff");
  EXPECT_EQ(gateway.requests[1].target, "/auth");
  const auto again = or_throw(proto::AuthInit::parse(gateway.requests[1].body));
  EXPECT_EQ(again.group_select, "s");
  EXPECT_EQ(again.group_access, gateway.url());
  EXPECT_EQ(or_throw(proto::AuthReply::parse(gateway.requests[2].body)).group_select, "s");
}

TEST_F(LogIn, a_gateway_that_never_selects_the_group_is_not_asked_for_ever) {
  run.options.group = "staff";
  for (int i = 0; i < 6; ++i) gateway.will_answer(form(name_and_password + groups));
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  EXPECT_EQ(or_throw(proto::AuthReply::parse(gateway.requests.back().body)).group_select, "s");
}

TEST_F(LogIn, an_unknown_group_names_those_that_there_are) {
  run.options.group = "board";
  gateway.will_answer(form(name_and_password + groups));
  EXPECT_EQ(log_in(gateway.url()).error, "the gateway has no group \"board\"; it offers sales, staff");
}

TEST_F(LogIn, a_field_with_the_name_of_the_group_list_that_is_no_list_offers_no_groups) {
  run.options.form_entries.push_back({"main", "group_list", "staff"});
  gateway.will_answer(form(name_and_password + R"(<input type="text" name="group_list"/>)"));
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  const auto reply = or_throw(proto::AuthReply::parse(gateway.requests.at(1).body));
  EXPECT_EQ(reply.group_select, "staff");  // as what it is: a field with an answer of the user's
}

TEST_F(LogIn, a_field_with_that_name_and_without_an_answer_ends_the_login_in_words) {
  gateway.will_answer(form(name_and_password + R"(<input type="text" name="group_list"/>)"));
  EXPECT_EQ(log_in(gateway.url()).error, "the gateway asks for group_list, and there is nobody to answer");
}

TEST_F(LogIn, begins_anew_on_another_host_without_the_cookies_of_the_first) {
  testing::FakeGateway other(run.loop);
  auto away = redirect_to(other.url("/here"));
  away.headers.add("Set-Cookie", "webvpncontext=first");
  gateway.will_answer(std::move(away));
  other.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  ASSERT_EQ(other.requests.size(), 1U);
  EXPECT_FALSE(other.requests[0].headers.has("Cookie"));
  EXPECT_EQ(or_throw(proto::AuthInit::parse(other.requests[0].body)).group_access, other.url("/here"));
}

TEST_F(LogIn, another_host_is_told_to_the_quiet_too) {
  testing::FakeGateway other(run.loop);
  gateway.will_answer(redirect_to(other.url()));
  other.will_answer(complete_with_token);
  ::testing::internal::CaptureStderr();
  const auto outcome = log_in(gateway.url());
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("the gateway sends us to 127.0.0.1:"),
            std::string::npos);
  EXPECT_EQ(outcome.error, "");
}

TEST_F(LogIn, answers_do_not_follow_a_redirect_or_a_form_to_another_host) {
  testing::FakeGateway other(run.loop);
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(redirect_to(other.url()));
  EXPECT_NE(log_in(gateway.url()).error.find("answers stay here"), std::string::npos);
  EXPECT_TRUE(other.requests.empty());
}

TEST_F(LogIn, a_form_may_not_point_to_another_host) {
  testing::FakeGateway other(run.loop);
  auto body = form(name_and_password);
  body.replace(body.find("/auth\""), 5, other.url("/auth"));
  gateway.will_answer(body);
  EXPECT_NE(log_in(gateway.url()).error.find("to another host"), std::string::npos);
}

TEST_F(LogIn, a_refusal_has_an_exit_code_of_its_own) {
  gateway.will_answer(form(name_and_password));
  proto::HttpReply no{.status = 401, .reason = "Authentication failed"};
  no.headers.add("X-Reason", "locked");
  gateway.will_answer(std::move(no));
  const auto outcome = log_in(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway refused the login: 401 Authentication failed (locked)");
}

TEST_F(LogIn, a_refusal_names_the_group_that_was_chosen) {
  run.options.group = "staff";
  gateway.will_answer(form(name_and_password + groups_with_staff));
  gateway.will_answer(proto::HttpReply{.status = 401, .reason = "Authentication failed"});
  EXPECT_EQ(log_in(gateway.url()).error,
            "the gateway refused the login to the group \"s\": 401 Authentication failed");
}

TEST_F(LogIn, the_same_answers_are_not_given_twice_in_a_row) {
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(form(name_and_password));
  const auto outcome = log_in(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "Hello (the same answers were refused)");
}

TEST_F(LogIn, where_nobody_can_be_asked_the_login_says_what_for) {
  run.options.form_entries.clear();
  gateway.will_answer(form(name_and_password));
  const auto outcome = log_in(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway asks for password, and there is nobody to answer");
}

TEST_F(LogIn, goes_on_when_the_gateway_closes_the_connection_between_two_requests) {
  auto closing = with_cookie(form(name_and_password), "webvpncontext=17");
  closing.headers.add("Connection", "close");
  gateway.will_answer(std::move(closing));
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  EXPECT_EQ(gateway.connections, 2);
  EXPECT_EQ(gateway.requests[1].headers.find("Cookie"), "webvpncontext=17");
}

TEST_F(LogIn, a_request_on_a_connection_that_was_given_up_goes_out_again) {
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(complete_with_token);
  gateway.hangs_up_after = 1;
  EXPECT_EQ(log_in(gateway.url()).error, "");
  EXPECT_EQ(gateway.connections, 2);
}

TEST_F(LogIn, a_redirect_that_cannot_be_followed_is_told) {
  gateway.will_answer(redirect_to("http://vpn.example.com/"));
  EXPECT_EQ(log_in(gateway.url()).error.find("the gateway redirects to http://vpn.example.com/, where"), 0U);
}

class LogInWithToken : public LogIn {
 protected:
  testing::Outcome log_in_with_token(const std::string& answer = "") {
    auto token = or_throw(SoftwareToken::open("totp", Secret("12345678901234567890")));
    auto attempt = run.attempt;
    attempt.token = &token;
    gateway.will_answer(form(name_and_password + R"(<input type="password" name="secondary_password"/>)"));
    if (!answer.empty()) gateway.will_answer(answer);
    return run.run(both(attempt, or_throw(proto::Url::parse(gateway.url())), admission));
  }
};

TEST_F(LogInWithToken, a_code_does_not_go_out_a_second_time) {
  // The gateway takes it and closes.
  EXPECT_EQ(log_in_with_token().error.find("the gateway closed the connection while"), 0U);
  EXPECT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(gateway.connections, 1);
}

TEST_F(LogInWithToken, a_code_goes_over_a_new_connection_where_the_gateway_has_left_the_old_one) {
  gateway.hangs_up_after = 1;
  EXPECT_EQ(log_in_with_token(complete_with_token).error, "");
  EXPECT_EQ(gateway.requests.size(), 2U);
  EXPECT_EQ(gateway.connections, 2);
}

TEST_F(LogIn, a_gateway_that_hangs_up_on_every_connection_is_not_tried_for_ever) {
  EXPECT_NE(log_in(gateway.url()).error, "");
  EXPECT_EQ(gateway.connections, 1);
}

TEST_F(LogIn, gives_the_certificate_that_is_asked_for_on_a_new_connection) {
  run.options.certificate = "client.pem";
  gateway.will_answer("<config-auth type='auth-request'><client-cert-request/></config-auth>");
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  EXPECT_EQ(gateway.connections, 2);
  EXPECT_FALSE(or_throw(proto::AuthInit::parse(gateway.requests[1].body)).client_cert_fail);
}

TEST_F(LogIn, without_a_certificate_asks_for_another_way_in) {
  gateway.will_answer("<config-auth type='auth-request'><client-cert-request/></config-auth>");
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  EXPECT_TRUE(or_throw(proto::AuthInit::parse(gateway.requests[1].body)).client_cert_fail);
}

TEST_F(LogIn, a_certificate_that_is_asked_for_again_was_not_accepted) {
  const std::string wish =
      "<config-auth type='auth-request'><client-cert-request/><error>No such user.</error></config-auth>";
  for (int i = 0; i < 2; ++i) gateway.will_answer(wish);
  auto outcome = log_in(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway asks for a client certificate (--certificate): No such user");
}

TEST_F(LogIn, a_certificate_that_does_not_help_is_named) {
  run.options.certificate = "client.pem";
  for (int i = 0; i < 3; ++i) {
    gateway.will_answer("<config-auth type='auth-request'><client-cert-request/></config-auth>");
  }
  const auto outcome = log_in(gateway.url());
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway does not accept the client certificate client.pem");
  EXPECT_EQ(gateway.connections, 3);
  EXPECT_TRUE(or_throw(proto::AuthInit::parse(gateway.requests[2].body)).client_cert_fail);
}

class AsksForCertificate : public LogIn {
 protected:
  // What a connection ends with that the gateway just closes; before, it may answer on another.
  testing::Outcome hang_up(bool answered) {
    if (answered) asking.will_answer("");
    return run.run(ask(run.attempt, or_throw(proto::Url::parse(asking.url())), answered));
  }

  static net::Task<void> ask(const Attempt& attempt, proto::Url url, bool answered) {
    HttpSession session(attempt, std::move(url));
    if (answered) co_await session.get();
    auto beside = session.beside();
    co_await beside.get();
  }

  testing::FakeGateway asking{run.loop, testing::FakeGateway::AsksForCertificate::yes};
};

TEST_F(AsksForCertificate, and_hangs_up_may_want_one_or_not) {
  const auto outcome = hang_up(false);
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_NE(outcome.error.find("; perhaps it wants a client certificate (--certificate)"), std::string::npos)
      << outcome.error;
}

TEST_F(AsksForCertificate, and_hangs_up_on_one_that_was_given) {
  run.options.certificate = "client.pem";
  EXPECT_EQ(hang_up(false).code, ExitCode::login_failed);
}

TEST_F(AsksForCertificate, and_hangs_up_after_an_answer_for_another_reason) {
  run.options.certificate = "client.pem";
  const auto outcome = hang_up(true);
  EXPECT_EQ(outcome.code, std::nullopt);
  EXPECT_EQ(outcome.error.find("certificate"), std::string::npos) << outcome.error;
}

TEST_F(LogIn, hides_the_size_of_a_body) {
  gateway.will_answer(complete_with_token);
  EXPECT_EQ(log_in(gateway.url()).error, "");
  const auto& request = gateway.requests[0];
  EXPECT_EQ((request.body.size() + request.headers.find("X-Pad")->size()) % 64, 0U);
}

}  // namespace
}  // namespace sallyport::client
