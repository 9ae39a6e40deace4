#include "proto/authenticator_messages.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {
namespace {

using Answer = AuthenticatorAnswer;

AuthenticatorRequest request() {
  return {.id = 0x0102030405060708,
          .aaa = "local",
          .method = AuthenticatorRequest::Method::otp,
          .user = "alice",
          .answer = Secret("123456"),
          .remote = or_throw(Address::parse("2001:db8::1"))};
}

TEST(AuthenticatorRequest, is_the_same_after_serialize_and_parse) {
  EXPECT_EQ(or_throw(AuthenticatorRequest::parse(or_throw(request().serialize()))), request());
  EXPECT_EQ(or_throw(AuthenticatorRequest::parse(or_throw(AuthenticatorRequest().serialize()))),
            AuthenticatorRequest());
}

TEST(AuthenticatorAnswer, is_the_same_after_serialize_and_parse) {
  for (const auto& outcome : std::vector<Answer::Outcome>{
           Answer::Accepted{}, Answer::Accepted{{"staff", "admin"}}, Answer::AskMore{"Next code"},
           Answer::Refused{Answer::Reason::locked}, Answer::Refused{Answer::Reason::no_otp_secret},
           Answer::Unavailable{"busy"}}) {
    const Answer answer{7, outcome};
    EXPECT_EQ(or_throw(Answer::parse(or_throw(answer.serialize()))), answer);
  }
}

TEST(AuthenticatorRequest, has_limits_in_both_directions) {
  const auto refuses = [](const AuthenticatorRequest& message) {
    return !message.serialize() && !AuthenticatorRequest::parse(encode(message));
  };
  auto message = request();
  message.user = std::string(256, 'u');
  message.answer = Secret(std::string(1024, 'a'));
  message.aaa = std::string(64, 'n');
  EXPECT_EQ(or_throw(AuthenticatorRequest::parse(or_throw(message.serialize()))), message);
  auto large = message;
  large.user += 'u';
  EXPECT_TRUE(refuses(large));
  large = message;
  large.answer = Secret(std::string(1025, 'a'));
  EXPECT_TRUE(refuses(large));
  large = message;
  large.aaa += 'n';
  EXPECT_TRUE(refuses(large));
  EXPECT_EQ(AuthenticatorRequest::parse(Bytes(4096)).error().text, "the message is too long");
}

TEST(AuthenticatorAnswer, has_limits_in_both_directions) {
  const std::string large(Answer::max_text + 1, 'x');
  for (const auto& outcome : std::vector<Answer::Outcome>{
           Answer::Accepted{{"fine", large}}, Answer::AskMore{large}, Answer::Unavailable{large},
           Answer::Accepted{std::vector<std::string>(200, large.substr(1))}}) {
    const Answer answer{7, outcome};
    EXPECT_FALSE(answer.serialize());
    EXPECT_FALSE(Answer::parse(encode(answer)));
  }
}

TEST(AuthenticatorAnswer, has_room_for_all_groups_of_the_longest_line) {
  const Answer answer{7, Answer::Accepted{std::vector<std::string>(1365, "gr")}};
  EXPECT_TRUE(answer.serialize());
}

TEST(AuthenticatorRequest, refuses_what_is_cut_short_or_too_much_or_unknown) {
  const auto bytes = or_throw(request().serialize());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(AuthenticatorRequest::parse(ByteView(bytes).first(size))) << size;
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(AuthenticatorRequest::parse(longer));
  auto unknown = bytes;
  unknown[8 + 4 + 5] = 3;  // the method stands after the id and the name
  EXPECT_FALSE(AuthenticatorRequest::parse(unknown));
}

}  // namespace
}  // namespace sallyport::proto
