#include "auth/file_authenticator.hpp"

#include <gtest/gtest.h>

namespace sallyport::auth {
namespace {

using proto::AuthenticatorAnswer;
using proto::AuthenticatorRequest;
using Method = AuthenticatorRequest::Method;
using Outcome = AuthenticatorAnswer::Outcome;
using Reason = AuthenticatorAnswer::Reason;

// alice "secret", bob without a token, carol ("pw3") locked, dora with a token only.
constexpr std::string_view users =
    "alice:staff:$5$rEMNq/UAkxwgCWQe$Q.acnAPYAx9HrwfSdQvqf.08SUVFYbBulPlB.4LYtQ7\n"
    "bob::\n"
    "carol:staff:!$5$8bXVkubDdMrkznef$oPvtUV4xGeI.eDUT0J9KJjhqxnNOeso7Wx1sEntkm24\n";
constexpr std::string_view tokens =
    "HOTP/T30/8 alice - 3132333435363738393031323334353637383930\n"
    "HOTP/T30/8 carol - 3132333435363738393031323334353637383930\n"
    "HOTP/T30/8 dora - 3132333435363738393031323334353637383930\n";

struct FileAuthenticatorTest : testing::Test {
  std::shared_ptr<OtpLedger> ledger = std::make_shared<OtpLedger>();
  std::unique_ptr<Authenticator> back_end =
      or_throw(FileAuthenticator::open(Secret(users), Secret(tokens), ledger));

  Outcome ask(Method method, std::string user, std::string_view answer) const {
    const WallTime now{std::chrono::seconds(59)};
    return back_end->authenticate({1, "local", method, std::move(user), Secret(answer), {}}, now);
  }
};

Outcome accepted(std::vector<std::string> groups = {}) {
  return AuthenticatorAnswer::Accepted{std::move(groups)};
}
Outcome refused(Reason reason) {
  return AuthenticatorAnswer::Refused{reason};
}

TEST_F(FileAuthenticatorTest, checks_passwords) {
  EXPECT_EQ(ask(Method::password, "alice", "secret"), accepted({"staff"}));
  EXPECT_EQ(ask(Method::password, "alice", "wrong"), refused(Reason::bad_credentials));
  EXPECT_EQ(ask(Method::password, "mallory", "secret"), refused(Reason::no_such_user));
  EXPECT_EQ(ask(Method::password, "carol", "pw3"), refused(Reason::locked));
}

TEST_F(FileAuthenticatorTest, checks_one_time_passwords_and_spends_them) {
  EXPECT_EQ(ask(Method::otp, "alice", "00000000"), refused(Reason::bad_credentials));
  EXPECT_EQ(ask(Method::otp, "alice", "94287082"), accepted({"staff"}));
  EXPECT_EQ(ask(Method::otp, "alice", "94287082"), refused(Reason::replayed));
  EXPECT_EQ(ask(Method::otp, "dora", "94287082"), accepted());
}

TEST_F(FileAuthenticatorTest, refuses_a_one_time_password_of_who_has_no_token_or_is_locked) {
  EXPECT_EQ(ask(Method::otp, "bob", "94287082"), refused(Reason::no_otp_secret));
  EXPECT_EQ(ask(Method::otp, "carol", "94287082"), refused(Reason::locked));
  EXPECT_EQ(ledger->state(), OtpState());
}

TEST_F(FileAuthenticatorTest, pauses_after_too_many_wrong_codes_of_a_user) {
  const auto code_of = [&](std::string_view user, std::string_view code, int seconds) {
    return back_end->authenticate({1, "local", Method::otp, std::string(user), Secret(code), {}},
                                  WallTime(std::chrono::seconds(seconds)));
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of("alice", "00000000", 59), refused(Reason::bad_credentials));
  EXPECT_EQ(code_of("alice", "94287082", 59), refused(Reason::too_many));
  EXPECT_EQ(code_of("alice", "94287082", 88), refused(Reason::too_many));
  EXPECT_EQ(code_of("dora", "94287082", 59), accepted());
  EXPECT_EQ(code_of("alice", "00000000", 89), refused(Reason::bad_credentials));
  EXPECT_EQ(code_of("alice", "00000000", 148), refused(Reason::too_many));
  EXPECT_EQ(code_of("alice", "94287082", 59), accepted({"staff"}));  // a clock set back ends the pause
  EXPECT_EQ(code_of("alice", "00000000", 59), refused(Reason::bad_credentials));
}

TEST_F(FileAuthenticatorTest, shares_what_is_spent_with_other_back_ends) {
  const auto other = or_throw(FileAuthenticator::open(Secret(users), Secret(tokens), ledger));
  EXPECT_EQ(ask(Method::otp, "alice", "94287082"), accepted({"staff"}));
  EXPECT_EQ(other->authenticate({1, "b", Method::otp, "alice", Secret("94287082"), {}},
                                WallTime(std::chrono::seconds(59))),
            refused(Reason::replayed));
}

TEST(FileAuthenticator, knows_no_token_without_a_file_of_tokens) {
  const auto back_end =
      or_throw(FileAuthenticator::open(Secret(users), std::nullopt, std::make_shared<OtpLedger>()));
  EXPECT_EQ(back_end->authenticate({1, "local", Method::otp, "alice", Secret("94287082"), {}}, {}),
            refused(Reason::no_otp_secret));
}

TEST(FileAuthenticator, says_which_file_is_malformed) {
  const auto ledger = std::make_shared<OtpLedger>();
  EXPECT_EQ(FileAuthenticator::open(Secret("a"), std::nullopt, ledger).error().text,
            "users: line 1: not of the form user:groups:hash");
  EXPECT_EQ(FileAuthenticator::open(Secret(""), Secret("HOTP a 1 00"), ledger).error().text,
            "otp: line 1: a PIN; write '-' and let the password be the first round");
}

}  // namespace
}  // namespace sallyport::auth
