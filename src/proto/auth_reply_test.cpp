#include "proto/auth_reply.hpp"

#include <gtest/gtest.h>

#include "proto/opaque.hpp"
#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

constexpr std::string_view odd_opaque =
    "<opaque  is-for='sg' unknown=\"&#x41;\">\r\n <tunnel-group>TG</tunnel-group><!-- kept --><new x='/>'/>"
    "<aggauth-handle>18446744073709551615</aggauth-handle><![CDATA[</opaque>]]></opaque >";

AuthReply alice() {
  AuthReply reply{.client = {.version = "v9.01-3", .platform = "linux-64"}};
  reply.answer("username", Secret("alice"));
  reply.answer("password", Secret("throwaway1"));
  return reply;
}

TEST(AuthReply, is_what_ocserv_searches_for) {
  auto reply = alice();
  reply.opaque = "<opaque is-for=\"sg\"/>";
  reply.answer("group_list", Secret("staff"));
  EXPECT_EQ(reply.serialize(),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="auth-reply" aggregate-auth-version="2"><version who="vpn">v9.01-3</version>)"
            R"(<device-id>linux-64</device-id><opaque is-for="sg"/><auth><username>alice</username>)"
            R"(<password>throwaway1</password></auth><group-select>staff</group-select></config-auth>)");
}

TEST(AuthReply, renames_fields_as_the_protocol_says) {
  AuthReply reply;
  for (const auto* name : {"answer", "whichpin", "new_password", "verify_pin", "verify_password",
                           "group_list", "secondary_password", "sso-token", "my_field", "no name", "<x>"})
    reply.answer(name, Secret(name));
  std::vector<std::string> names;
  for (const auto& field : reply.fields) names.push_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"password", "password", "password", "secondary_password",
                                             "sso-token", "my_field"}));
  EXPECT_EQ(reply.group_select, "group_list");
}

TEST(AuthReply, returns_the_opaque_byte_for_byte) {
  auto reply = alice();
  reply.opaque = odd_opaque;
  const auto text = reply.serialize();
  EXPECT_NE(text.find(odd_opaque), std::string::npos);
  EXPECT_EQ(AuthReply::parse(text).value().opaque, odd_opaque);
  EXPECT_EQ(Opaque::parse(odd_opaque).value(),
            (Opaque{.tunnel_group = "TG", .handle = "18446744073709551615"}));
}

TEST(AuthReply, round_trips) {
  auto awkward = alice();
  awkward.client.aggregate_version = 0;
  awkward.answer("secondary_password", Secret(" <&>\"' \r\n\t é "));
  awkward.answer("empty", Secret());
  awkward.answer("blank", Secret("   "));
  awkward.opaque = odd_opaque;
  awkward.group_select = "Staff People";
  expect_round_trips<AuthReply>({{}, alice(), awkward});
}

TEST(AuthReply, is_read_in_any_order_and_shape) {
  const auto reply = AuthReply::parse(R"(<config-auth type="auth-reply">
 <auth>
  <password><![CDATA[a<b]]></password>
  <username>bob</username>
 </auth>
 <session-token/><session-id/>
 <group-select>Staff</group-select>
</config-auth>)")
                         .value();
  EXPECT_EQ(reply.find("password")->reveal_text(), "a<b");
  EXPECT_EQ(reply.find("username")->reveal_text(), "bob");
  EXPECT_EQ(reply.find("answer"), nullptr);
  EXPECT_EQ(reply.group_select, "Staff");
  EXPECT_EQ(reply.client.aggregate_version, 0);
  EXPECT_EQ(reply.opaque, "");
}

TEST(Opaque, round_trips) {
  expect_round_trips<Opaque>({{},
                              {.tunnel_group = "TG-Staff",
                               .handle = "168179266",
                               .auth_methods = {"multiple-cert", "single-sign-on-v2"},
                               .group_alias = "staff & <more>",
                               .config_hash = "1595829378234"}});
  EXPECT_FALSE(Opaque::parse("<other/>").has_value());
  EXPECT_FALSE(Opaque::parse("").has_value());
}

}  // namespace
}  // namespace sallyport::proto
