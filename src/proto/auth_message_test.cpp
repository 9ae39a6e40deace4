#include "proto/auth_message.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

template <class M>
bool client_sends(std::string_view body) {
  return std::holds_alternative<M>(parse_client_message(body).value());
}

template <class M>
bool gateway_sends(std::string_view body) {
  return std::holds_alternative<M>(parse_gateway_message(body).value());
}

TEST(AuthMessage, of_a_client_is_told_by_body_and_type) {
  EXPECT_TRUE(client_sends<AuthInit>(AuthInit{}.serialize()));
  EXPECT_TRUE(client_sends<AuthReply>(AuthReply{}.serialize()));
  EXPECT_TRUE(client_sends<AuthLogout>(AuthLogout{}.serialize()));
  EXPECT_TRUE(client_sends<AuthInit>("\n <config-auth type='init'/>"));
  EXPECT_TRUE(client_sends<FormReply>("username=alice"));
  EXPECT_TRUE(client_sends<FormReply>(""));
  EXPECT_EQ(parse_client_message("<config-auth type='complete'/>").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(parse_client_message("<config-auth type='init'>").error().kind, ErrorKind::malformed);
  EXPECT_EQ(parse_client_message("<html/>").error().kind, ErrorKind::malformed);
}

TEST(AuthMessage, of_a_gateway_is_told_by_success_and_not_by_type) {
  EXPECT_TRUE(gateway_sends<AuthForm>(AuthForm{}.serialize()));
  EXPECT_TRUE(gateway_sends<AuthComplete>(AuthComplete{}.serialize()));
  EXPECT_TRUE(
      gateway_sends<AuthComplete>("<config-auth type='auth-request'><auth id='success'/></config-auth>"));
  EXPECT_TRUE(gateway_sends<AuthForm>("<config-auth type='complete'><auth id='main'/></config-auth>"));
  EXPECT_TRUE(gateway_sends<AuthForm>(AuthForm{}.serialize_v1()));
  EXPECT_TRUE(gateway_sends<AuthComplete>(AuthComplete{}.serialize_v1()));
  EXPECT_FALSE(parse_gateway_message("<html><body/></html>").has_value());
}

TEST(AuthMessage, of_a_gateway_tells_its_version_by_the_root) {
  EXPECT_EQ(document_kind(AuthForm{}.serialize()), DocumentKind::version_2);
  EXPECT_EQ(document_kind(AuthForm{}.serialize_v1()), DocumentKind::version_1);
  for (const auto* other : {"", "It works!", "<html><auth id='main'/></html>", "<auth"}) {
    EXPECT_EQ(document_kind(other), DocumentKind::none) << other;
  }
}

TEST(AuthLogout, round_trips) {
  expect_round_trips<AuthLogout>({{},
                                  {.client = {.aggregate_version = 0, .version = "1", .platform = "linux-64"},
                                   .session_token = Secret("14B256@417792@4CF0@<&>")}});
  EXPECT_FALSE(AuthLogout::parse(AuthInit{}.serialize()).has_value());
}

TEST(FormReply, keeps_the_group_apart_from_the_fields) {
  const auto reply = FormReply::parse("group%5flist=staff&username=alice&password=a%26b").value();
  EXPECT_EQ(reply.group, "staff");
  EXPECT_EQ(reply.fields,
            (std::vector<FormField>{{"username", Secret("alice")}, {"password", Secret("a&b")}}));
  EXPECT_EQ(reply.serialize(), "group_list=staff&username=alice&password=a%26b");
  EXPECT_EQ(reply.find("password")->reveal_text(), "a&b");
  EXPECT_EQ(reply.find("group_list"), nullptr);
}

TEST(FormReply, round_trips) {
  expect_round_trips<FormReply>(
      {{}, {.group = "a b"}, {.group = "ü", .fields = {{"x y", Secret("=&%+")}, {"empty", Secret()}}}});
}

}  // namespace
}  // namespace sallyport::proto
