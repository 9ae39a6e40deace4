// Phases 2 and 3 with gateways of version 1, and with a software token.
#include <fcntl.h>
#include <unistd.h>

#include "client/authenticate.hpp"
#include "client/select_group.hpp"
#include "client/test_support.hpp"

namespace sallyport::client {
namespace {

const std::string page = "<html><body>It works!</body></html>";
const std::string success = R"(<auth id="success"><title>VPN</title></auth>)";

std::string form(const std::string& fields, const std::string& message = "Hello.") {
  return R"(<auth id="main"><message>)" + message +
         R"(</message><form method="post" action="/+webvpn+/index.html">)" + fields + "</form></auth>";
}

const std::string name_and_password =
    R"(<input type="text" name="username"/><input type="password" name="password"/>)"
    R"(<input type="hidden" name="tgroup" value="a b"/><input type="submit" name="Login" value="Login"/>)";
const std::string groups =
    R"(<select name="group_list"><option selected="true">sales</option><option value="s">staff</option></select>)";

class Version1 : public ::testing::Test {
 protected:
  Version1() {
    run.options.user = "alice";
    run.options.form_entries = {{"main", "password", "secret<&>"}};
    will_succeed.body = success;
    will_succeed.headers.add("Set-Cookie", "webvpn=COOKIE; Secure");
  }

  testing::Outcome log_in(SoftwareToken* token = nullptr) {
    const Attempt attempt{run.options, run.console, run.flow, run.front, run.prompt, run.trust,
                          run.tls,     run.tunnel,  true,     {},        {},         token};
    return run.run(both(attempt, or_throw(proto::Url::parse(gateway.url("/staff"))), admission));
  }
  static net::Task<void> both(const Attempt& attempt, proto::Url url, std::optional<Admission>& admission) {
    HttpSession session(attempt, std::move(url));
    auto login = co_await select_group(session, attempt);
    auto admitted = co_await authenticate(session, std::move(login), attempt);
    admission = std::move(admitted);
  }

  // "POST /staff", and "+" behind it where it speaks version 2.
  std::vector<std::string> asked() const {
    std::vector<std::string> lines;
    for (const auto& request : gateway.requests) {
      const auto* version = request.headers.has("X-Aggregate-Auth") ? "+" : "";
      lines.push_back(request.method + ' ' + request.target + version);
    }
    return lines;
  }

  testing::Run run;
  testing::FakeGateway gateway{run.loop};
  proto::HttpReply will_succeed;
  std::optional<Admission> admission;
};

using Lines = std::vector<std::string>;

TEST_F(Version1, is_found_by_a_post_and_then_a_get) {
  gateway.will_answer({.status = 404, .reason = "Not Found"});
  gateway.will_answer({.status = 405, .reason = "Method Not Allowed"});
  gateway.will_answer(form(name_and_password));
  will_succeed.headers.add("Set-Cookie", "webvpnc=bu:/base&p:t&iu:1/&sh:ABCD");
  gateway.will_answer(will_succeed);
  EXPECT_EQ(log_in().error, "");
  EXPECT_EQ(asked(), (Lines{"POST /staff+", "POST /staff", "GET /staff", "POST /+webvpn+/index.html"}));
  EXPECT_EQ(gateway.requests[1].body, "");
  EXPECT_EQ(gateway.requests[3].body, "username=alice&password=secret%3C%26%3E&tgroup=a%20b");
  EXPECT_EQ(gateway.requests[3].headers.find("Content-Type"), "application/x-www-form-urlencoded");
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->token, Secret("COOKIE"));
  EXPECT_EQ(admission->complete.base_package_uri, "/base");
}

TEST_F(Version1, is_spoken_at_once_where_the_init_is_answered_in_it) {
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(will_succeed);
  EXPECT_EQ(log_in().error, "");
  EXPECT_EQ(asked(), (Lines{"POST /staff+", "POST /+webvpn+/index.html"}));
}

TEST_F(Version1, follows_redirects_within_the_gateway) {
  proto::HttpReply there{.status = 302, .reason = "Found"};
  there.headers.add("Location", "/login.html");
  for (int i = 0; i < 3; ++i) gateway.will_answer(there);
  gateway.will_answer(form(name_and_password));
  gateway.will_answer(will_succeed);
  EXPECT_EQ(log_in().error, "");
  EXPECT_EQ(asked(), (Lines{"POST /staff+", "POST /staff", "GET /staff", "GET /login.html",
                            "POST /+webvpn+/index.html"}));
}

TEST_F(Version1, does_not_follow_redirects_in_circles) {
  proto::HttpReply there{.status = 302, .reason = "Found"};
  there.headers.add("Location", "/login.html");
  for (int i = 0; i < 20; ++i) gateway.will_answer(there);
  EXPECT_EQ(log_in().error, "the gateway redirects in circles");
  EXPECT_EQ(gateway.requests.size(), 13U);
}

TEST_F(Version1, the_group_goes_with_the_answers) {
  run.options.group = "staff";
  gateway.will_answer(form(groups + name_and_password));
  gateway.will_answer(will_succeed);
  EXPECT_EQ(log_in().error, "");
  ASSERT_EQ(gateway.requests.size(), 2U);
  EXPECT_EQ(gateway.requests[1].body.find("group_list=s&username=alice&"), 0U) << gateway.requests[1].body;
}

TEST_F(Version1, another_host_is_asked_in_version_2_again) {
  testing::FakeGateway other(run.loop);
  gateway.will_answer({.status = 404, .reason = "Not Found"});
  proto::HttpReply away{.status = 302, .reason = "Found"};
  away.headers.add("Location", other.url());
  gateway.will_answer(away);
  other.will_answer(form(name_and_password));
  other.will_answer(will_succeed);
  EXPECT_EQ(log_in().error, "");
  ASSERT_EQ(other.requests.size(), 2U);
  EXPECT_TRUE(other.requests[0].headers.has("X-Aggregate-Auth"));
  EXPECT_FALSE(other.requests[1].headers.has("X-Aggregate-Auth"));
}

TEST_F(Version1, what_is_no_gateway_is_told_with_its_answers) {
  gateway.will_answer({.status = 404, .reason = "Not Found"});
  gateway.will_answer({.status = 404, .reason = "Not Found"});
  gateway.will_answer(page);
  EXPECT_EQ(
      log_in().error,
      "the gateway answers version 2 of the login with 404 Not Found, and version 1 with a page that is "
      "no login");
}

TEST_F(Version1, a_refusal_on_the_way_is_one) {
  gateway.will_answer({.status = 404, .reason = "Not Found"});
  gateway.will_answer({.status = 403, .reason = "Forbidden"});
  const auto outcome = log_in();
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "the gateway refused the login: 403 Forbidden");
}

// The forms of ocserv 1.1.6 with a file of one-time passwords.
const std::string asks_name = form(R"(<input type="text" name="username"/>)", "Please enter your username.");
const std::string one_password = R"(<input type="password" name="password"/>)";
const std::string asks_password = form(one_password, "Please enter your password.");
const std::string asks_code = form(one_password, "Please enter your OTP password.");

class Token : public Version1 {
 protected:
  Token() {
    run.options.form_entries.clear();
    answers("the password\n");
  }

  // Standard input: where --passwd-on-stdin takes its lines from.
  void answers(std::string_view lines) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    ASSERT_EQ(write(ends[1], lines.data(), lines.size()), std::ssize(lines));
    close(ends[1]);
    ASSERT_EQ(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    run.prompt = Prompt(false, true);
  }
  std::string body(std::size_t request) const { return gateway.requests.at(request).body; }

  SoftwareToken hotp = or_throw(SoftwareToken::open("hotp", Secret("12345678901234567890,1")));
};

TEST_F(Token, answers_the_question_after_the_password) {
  for (const auto& asked : {asks_name, asks_password, asks_code}) gateway.will_answer(asked);
  gateway.will_answer(will_succeed);
  EXPECT_EQ(log_in(&hotp).error, "");
  EXPECT_EQ(body(2), "password=the%20password");
  EXPECT_EQ(body(3), "password=287082");
}

TEST_F(Token, is_not_asked_for_the_password_again) {
  for (const auto& asked : {asks_name, asks_password, asks_password}) gateway.will_answer(asked);
  const auto outcome = log_in(&hotp);
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(
      outcome.error,
      "Please enter your password (standard input has no further password; the token was not used, for the "
      "gateway seems to ask for the password again)");
}

TEST_F(Token, gives_each_code_once_and_not_for_ever) {
  for (const auto& asked : {asks_name, asks_password}) gateway.will_answer(asked);
  for (int i = 0; i < 9; ++i) gateway.will_answer(asks_code);
  const auto outcome = log_in(&hotp);
  EXPECT_EQ(outcome.code, ExitCode::login_failed);
  EXPECT_EQ(outcome.error, "Please enter your OTP password (the code of the token was refused)");
  ASSERT_EQ(gateway.requests.size(), 6U);
  EXPECT_EQ(body(3), "password=287082");
  EXPECT_EQ(body(4), "password=359152");
  EXPECT_EQ(body(5), "password=969429");
}

TEST_F(Token, tells_that_a_code_was_the_last_answer) {
  for (const auto& asked : {asks_name, asks_password, asks_code}) gateway.will_answer(asked);
  gateway.will_answer({.status = 401, .reason = "Authentication failed"});
  EXPECT_EQ(log_in(&hotp).error,
            "the gateway refused the login with the token's code: 401 Authentication failed");
}

}  // namespace
}  // namespace sallyport::client
