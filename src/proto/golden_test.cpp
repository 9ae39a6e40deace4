// Messages word for word, read and written: what is not already in their own tests or in test/transcripts.
#include <gtest/gtest.h>

#include "proto/auth_form.hpp"
#include "proto/auth_logout.hpp"
#include "proto/authenticator_messages.hpp"
#include "proto/client_messages.hpp"
#include "proto/form_reply.hpp"
#include "proto/opaque.hpp"

namespace sallyport::proto {
namespace {

const std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

template <class M>
void both_ways(const std::string& text, const M& message) {
  EXPECT_EQ(message.serialize(), text);
  const auto parsed = M::parse(text);
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_TRUE(*parsed == message) << parsed->serialize();
}

TEST(Golden, logout_of_openconnect) {
  both_ways(
      declaration +
          R"(<config-auth client="vpn" type="logout" aggregate-auth-version="2">)"
          R"(<version who="vpn">v9.01-3</version><device-id>linux-64</device-id>)"
          R"(<session-token>AKxvHBSk5cSTZXXYFOXKozqhexr+0iC12fKNYkSZt54=</session-token></config-auth>)",
      AuthLogout{.client = {.version = "v9.01-3", .platform = "linux-64"},
                 .session_token = Secret("AKxvHBSk5cSTZXXYFOXKozqhexr+0iC12fKNYkSZt54=")});
}

TEST(Golden, version_1_answer) {
  both_ways(
      "group_list=Sales%20%26%20More&username=alice&password=correct%20horse",
      FormReply{"Sales & More", {{"username", Secret("alice")}, {"password", Secret("correct horse")}}});
}

TEST(Golden, opaque_of_an_asa) {
  both_ways(R"(<opaque is-for="sg"><tunnel-group>Employees</tunnel-group>)"
            R"(<aggauth-handle>12345678901234567890</aggauth-handle>)"
            R"(<auth-method>single-sign-on-v2</auth-method><group-alias>staff</group-alias>)"
            R"(<config-hash>1422443600136</config-hash></opaque>)",
            Opaque{.tunnel_group = "Employees",
                   .handle = "12345678901234567890",
                   .auth_methods = {"single-sign-on-v2"},
                   .group_alias = "staff",
                   .config_hash = "1422443600136"});
}

TEST(Golden, challenge) {
  AuthForm form{.id = "challenge", .title = "Login", .message = {.text = "Answer, please."}};
  form.has_form = true;
  form.action = "/auth";
  form.fields = {{.type = AuthField::Type::password, .name = "answer", .label = "Answer:"}};
  both_ways(declaration +
                R"(<config-auth client="vpn" type="auth-request" aggregate-auth-version="2">)"
                R"(<auth id="challenge"><title>Login</title><message>Answer, please.</message>)"
                R"(<form method="post" action="/auth"><input type="password" name="answer" label="Answer:">)"
                R"(</input></form></auth></config-auth>)",
            form);
}

TEST(Golden, request_for_a_certificate) {
  AuthForm form{.client_cert_request = true, .id = ""};
  both_ways(declaration + R"(<config-auth client="vpn" type="auth-request" aggregate-auth-version="2">)"
                          R"(<client-cert-request/></config-auth>)",
            form);
}

// Between our processes: numbers big-endian, texts and lists behind their length, a variant behind its
// number.

template <class M>
void both_ways_bytes(const M& message, const Bytes& bytes) {
  EXPECT_EQ(encode(message), bytes);
  const auto decoded = decode<M>(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text;
  EXPECT_TRUE(*decoded == message);
}

TEST(Golden, question_for_the_authenticator) {
  both_ways_bytes(AuthenticatorRequest{.id = 0x0102,
                                       .aaa = "db",
                                       .method = AuthenticatorRequest::Method::otp,
                                       .user = "u",
                                       .answer = Secret("77"),
                                       .remote = Address::v4(0xc0000207)},
                  {0, 0, 0,   0, 0, 0, 1, 2,   0,   0, 0, 2, 'd', 'b',  1, 0, 0,
                   0, 1, 'u', 0, 0, 0, 2, '7', '7', 0, 0, 0, 4,   0xc0, 0, 2, 7});
}

TEST(Golden, answer_of_the_authenticator) {
  both_ways_bytes(AuthenticatorAnswer{3, AuthenticatorAnswer::Refused{AuthenticatorAnswer::Reason::locked}},
                  {0, 0, 0, 0, 0, 0, 0, 3, 2, 2});
}

TEST(Golden, wish_of_the_user) {
  both_ways_bytes(FrontMessage(UserWants{UserWish::reconnect}), {3, 2});
  both_ways_bytes(ConnectionMessage(AdvanceToken{0x0708}), {5, 0, 0, 0, 0, 0, 0, 7, 8});
}

}  // namespace
}  // namespace sallyport::proto
