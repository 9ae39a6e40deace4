#include "proto/auth_form.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

using Type = AuthField::Type;

// Protocol section 3.3.
constexpr std::string_view full_form = R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="auth-request" aggregate-auth-version="2">
 <opaque is-for="sg">
  <tunnel-group>TG-Staff</tunnel-group>
  <aggauth-handle>168179266</aggauth-handle>
 </opaque>
 <auth id="main">
  <title>Login</title>
  <message>Please enter your username and password.</message>
  <banner></banner>
  <error id="88" param1="alice" param2="">Login failed for %s.</error>
  <form method="post" action="/auth">
   <input type="text" name="username" label="Username:"></input>
   <input type="password" name="password" label="Password:"></input>
   <input type="hidden" name="state" value="abc"/>
   <input type="password" name="secondary_password" second-auth="1"/>
   <input type="submit" name="Login" value="Login"/><input type="colour" name="x"/><input type="text"/>
   <select name="group_list" label="GROUP:">
    <option selected="true">staff</option>
    <option value="admins" second-auth="1" auth-type="sdi-via-proxy" secondary_username="root"
     secondary_username_editable="true" override-name="pin" override-label="PIN:">Administrators</option>
    <option noaaa="1">certificate</option>
   </select>
   <select name="empty"></select>
  </form>
 </auth>
</config-auth>)";

AuthForm group_form() {
  AuthForm form{.has_form = true, .action = "/auth"};
  form.message.text = "Please enter your username.";
  form.fields = {{.name = "username", .label = "Username:"},
                 {.type = Type::select,
                  .name = "group_list",
                  .label = "Group:",
                  .options = {{.value = "DEFAULT", .label = "DEFAULT"},
                              {.value = "staff", .label = "Staff People"},
                              {.value = "admins", .label = "admins"}}}};
  return form;
}

TEST(AuthForm, is_read_with_every_attribute) {
  const auto form = AuthForm::parse(full_form).value();
  EXPECT_EQ(form.aggregate_version, 2);
  EXPECT_TRUE(form.opaque.starts_with("<opaque is-for=\"sg\">\n  <tunnel-group>"));
  EXPECT_TRUE(form.opaque.ends_with("</aggauth-handle>\n </opaque>"));
  EXPECT_EQ(form.title, "Login");
  EXPECT_TRUE(form.banner.empty());
  EXPECT_EQ(form.error->filled(), "Login failed for alice.");
  EXPECT_EQ(form.error->id, "88");
  EXPECT_EQ(form.action, "/auth");
  ASSERT_EQ(form.fields.size(), 5U);
  EXPECT_EQ(form.fields[0], (AuthField{.name = "username", .label = "Username:"}));
  EXPECT_EQ(form.fields[1].type, Type::password);
  EXPECT_EQ(form.fields[2], (AuthField{.type = Type::hidden, .name = "state", .value = "abc"}));
  EXPECT_TRUE(form.fields[3].second_auth);
  EXPECT_EQ(form.fields[3].shown_label(), "secondary_password:");
  const auto& options = form.find(group_field)->options;
  ASSERT_EQ(options.size(), 3U);
  EXPECT_EQ(options[0], (FormOption{.value = "staff", .label = "staff", .selected = true}));
  EXPECT_EQ(options[1], (FormOption{.value = "admins",
                                    .label = "Administrators",
                                    .second_auth = true,
                                    .auth_type = "sdi-via-proxy",
                                    .secondary_username = "root",
                                    .secondary_username_editable = true,
                                    .override_name = "pin",
                                    .override_label = "PIN:"}));
  EXPECT_TRUE(options[2].no_aaa);
}

TEST(AuthForm, asks_the_fields_that_the_group_needs) {
  const auto form = AuthForm::parse(full_form).value();
  const auto asked = [&](std::string_view name, std::string_view group) {
    return form.is_asked(*form.find(name), group);
  };
  EXPECT_TRUE(asked("password", "staff"));
  EXPECT_FALSE(asked("secondary_password", "staff"));
  EXPECT_TRUE(asked("secondary_password", "admins"));
  EXPECT_TRUE(asked("secondary_password", "Administrators"));
  EXPECT_FALSE(asked("password", "certificate"));
  EXPECT_TRUE(asked("group_list", "certificate"));
}

TEST(AuthForm, of_ocserv_is_read) {
  const auto form = AuthForm::parse(R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="auth-request">
<version who="sg">0.1(1)</version>
<auth id="main">
<message>Please enter your username.</message>
<form method="post" action="/auth">
<input type="text" name="username" label="Username:" />
<select name="group_list" label="Group:">
<option>DEFAULT</option>
<option value="staff">Staff People</option>
<option value="admins">admins</option>
</select></form></auth>
</config-auth>)")
                        .value();
  auto expected = group_form();
  expected.aggregate_version = 0;
  EXPECT_EQ(form, expected);
}

TEST(AuthForm, puts_the_selected_group_first_and_marks_it) {
  auto form = group_form();
  auto& groups = form.fields[1];
  EXPECT_EQ(groups.selected_option()->value, "DEFAULT");
  groups.select("staff");
  EXPECT_EQ(groups.selected_option()->value, "staff");
  EXPECT_NE(
      form.serialize().find(R"(<option value="staff" selected="true">Staff People</option><option>DEFAULT)"),
      std::string::npos);
  groups.select("admins");
  EXPECT_EQ(groups.options[0].value, "admins");
  EXPECT_EQ(groups.options[1].value, "staff");
  EXPECT_FALSE(groups.options[1].selected);
}

TEST(AuthForm, finds_an_option_by_value_then_by_label) {
  const auto form = group_form();
  const auto& groups = *form.find(group_field);
  EXPECT_EQ(groups.find_option("staff")->value, "staff");
  EXPECT_EQ(groups.find_option("Staff People")->value, "staff");
  EXPECT_EQ(groups.find_option("Staff"), nullptr);
}

TEST(AuthForm, is_written_for_stock_clients) {
  AuthForm form{.opaque = "<opaque is-for=\"sg\"/>", .has_form = true, .action = "/auth"};
  form.message.text = "Please enter your password.";
  form.fields = {{.type = Type::password, .name = "password", .label = "Password:"}};
  EXPECT_EQ(
      form.serialize(),
      R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="auth-request" aggregate-auth-version="2"><opaque is-for="sg"/>)"
      R"(<auth id="main">)"
      R"(<message>Please enter your password.</message><form method="post" action="/auth">)"
      R"(<input type="password" name="password" label="Password:"></input></form></auth></config-auth>)");
}

TEST(AuthForm, round_trips) {
  AuthForm challenge{.id = "challenge", .title = " T ", .has_form = true};
  challenge.message = {.text = "Code for %s & <%s>:", .param1 = "a\"b", .param2 = "c"};
  challenge.banner.text = "Authorised use only";
  challenge.fields = {{.type = Type::password, .name = "secondary_password", .label = "Code:"},
                      {.type = Type::hidden, .name = "h", .value = "\n<&>\t"},
                      {.type = Type::sso, .name = "sso-token"}};
  AuthForm refused{.id = "main", .error = Notice{.text = "Login failed.", .id = "13"}};
  AuthForm certificate{.aggregate_version = 0, .client_cert_request = true, .id = ""};
  AuthForm certificate_failed = certificate;
  certificate_failed.error = Notice{.text = "No."};
  AuthForm done{.id = "main", .authentication_complete = true};
  expect_round_trips<AuthForm>({AuthForm::parse(full_form).value(),
                                group_form(),
                                challenge,
                                refused,
                                certificate,
                                certificate_failed,
                                done,
                                {}});
}

TEST(AuthForm, takes_an_error_beside_the_auth_element) {
  const auto form = AuthForm::parse(
      "<config-auth><auth id=\"main\"/><error id=\"13\" param1=\"\">Login failed.</error></config-auth>");
  EXPECT_EQ(form.value().error, (Notice{.text = "Login failed.", .id = "13"}));
}

TEST(AuthForm, is_refused_without_auth_id_and_without_certificate_request) {
  for (const auto* body :
       {"<config-auth/>", "<config-auth><auth/></config-auth>", "<auth id=\"main\"/>", "<html/>"})
    EXPECT_EQ(AuthForm::parse(body).error().kind, ErrorKind::malformed) << body;
  EXPECT_TRUE(
      AuthForm::parse("<config-auth><client-cert-request/></config-auth>").value().client_cert_request);
  EXPECT_EQ(
      AuthForm::parse("<config-auth><auth id='x'><form method='get'/></auth></config-auth>").error().kind,
      ErrorKind::unsupported);
  EXPECT_TRUE(
      AuthForm::parse("<config-auth><auth id='x'><form method='POST'/></auth></config-auth>").has_value());
}

TEST(AuthForm, speaks_version_1) {
  auto form = group_form();
  form.aggregate_version = 0;
  const auto text = form.serialize_v1();
  EXPECT_TRUE(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<auth id=\"main\"><message>"))
      << text;
  EXPECT_EQ(AuthForm::parse_v1(text).value(), form);
  EXPECT_FALSE(AuthForm::parse_v1(form.serialize()).has_value());
  EXPECT_FALSE(AuthForm::parse_v1("<auth/>").has_value());
}

TEST(Notice, fills_two_parameters_at_most) {
  const auto filled = [](std::string text) {
    return Notice{.text = std::move(text), .param1 = "1", .param2 = "%s"}.filled();
  };
  EXPECT_EQ(filled("none %d %"), "none %d %");
  EXPECT_EQ(filled("%s"), "1");
  EXPECT_EQ(filled("a %s b %s c %s"), "a 1 b %s c %s");
}

}  // namespace
}  // namespace sallyport::proto
