#include "gateway/login_form.hpp"

#include <gtest/gtest.h>

#include "proto/opaque.hpp"

namespace sallyport::gateway {

namespace {

proto::VirtualHost two_groups() {
  proto::VirtualHost host;
  host.connection_profiles = {{.name = "Staff",
                               .group_alias = "Employees",
                               .group_urls = {"/staff"},
                               .methods = {proto::AuthMethod::password}},
                              {.name = "Visitors",
                               .group_alias = "Guests",
                               .group_urls = {"/guests", "/g"},
                               .methods = {proto::AuthMethod::password}},
                              {.name = "Machines", .group_urls = {"/machines"}}};
  host.default_profile = "Staff";
  return host;
}

store::Dialogue login_at(std::string path) {
  store::Dialogue login;
  login.handle = "4711";
  login.path = std::move(path);
  return login;
}

std::vector<std::string> group_list(const proto::AuthForm& form) {
  std::vector<std::string> values;
  const auto* list = form.find("group_list");
  if (list == nullptr) return values;
  for (const auto& option : list->options) values.push_back(option.value + (option.selected ? "*" : ""));
  return values;
}

}  // namespace

TEST(ChooseProfile, nothing_decides_for_whoever_names_none_or_an_unknown_one) {
  const auto host = two_groups();
  EXPECT_EQ(chosen_profile(host, "/", "", ""), nullptr);
  EXPECT_EQ(chosen_profile(host, "/", "", "No such group"), nullptr);
  EXPECT_EQ(chosen_profile(host, "/nowhere", "https://vpn.example.com/elsewhere", ""), nullptr);
}

TEST(ChooseProfile, an_alias_chooses) {
  const auto host = two_groups();
  EXPECT_EQ(chosen_profile(host, "/", "https://vpn.example.com/", "Guests")->name, "Visitors");
}

TEST(ChooseProfile, a_group_url_chooses_without_query_and_trailing_slash) {
  const auto host = two_groups();
  EXPECT_EQ(chosen_profile(host, "/guests", "", "")->name, "Visitors");
  EXPECT_EQ(chosen_profile(host, "/g/?x=1", "", "")->name, "Visitors");
  EXPECT_EQ(chosen_profile(host, "/", "https://vpn.example.com/machines", "")->name, "Machines");
  EXPECT_EQ(chosen_profile(host, "/guests/more", "", ""), nullptr);
  EXPECT_EQ(chosen_profile(host, "/GUESTS", "", ""), nullptr);
}

TEST(ChooseProfile, a_group_url_wins_over_an_alias) {
  const auto host = two_groups();
  EXPECT_EQ(chosen_profile(host, "/guests", "", "Employees")->name, "Visitors");
}

TEST(LoginPath, is_the_group_url_that_the_user_asked_for) {
  const auto host = two_groups();
  EXPECT_EQ(login_path(host, "/", "https://vpn.example.com/staff"), "/staff");
  EXPECT_EQ(login_path(host, "/guests?x", "https://vpn.example.com/staff"), "/guests");
  EXPECT_EQ(login_path(host, "/auth", "https://vpn.example.com/auth"), "/auth");
  EXPECT_EQ(login_path(host, "/auth", ""), "/auth");
}

TEST(PasswordForm, lists_the_aliases_with_the_selected_one_first) {
  const auto host = two_groups();
  const auto form = form_for(host, *host.profile("Visitors"), login_at("/"));
  EXPECT_EQ(group_list(form), (std::vector<std::string>{"Guests*", "Employees"}));
  EXPECT_EQ(form.action, "/");
  const auto opaque = proto::Opaque::parse(form.opaque);
  ASSERT_TRUE(opaque);
  EXPECT_EQ(opaque->tunnel_group, "Visitors");
  EXPECT_EQ(opaque->group_alias, "Guests");
  EXPECT_EQ(opaque->handle, "4711");
}

TEST(PasswordForm, has_no_list_at_a_group_url) {
  const auto host = two_groups();
  const auto form = form_for(host, *host.profile("Visitors"), login_at("/guests"));
  EXPECT_EQ(form.find("group_list"), nullptr);
  EXPECT_EQ(form.action, "/guests");
  EXPECT_NE(form.find("username"), nullptr);
  EXPECT_NE(form.find("password"), nullptr);
}

TEST(PasswordForm, has_no_list_without_aliases) {
  proto::VirtualHost host;
  host.connection_profiles = {{.name = "Only"}};
  EXPECT_TRUE(group_list(form_for(host, host.connection_profiles[0], login_at("/"))).empty());
}

namespace {

using proto::AuthMethod;

proto::VirtualHost one_group(std::vector<AuthMethod> methods) {
  proto::VirtualHost host;
  host.connection_profiles = {{.name = "Staff",
                               .group_alias = "Employees",
                               .methods = std::move(methods),
                               .certificate_user = proto::CertificateUserField::common_name}};
  host.default_profile = "Staff";
  return host;
}

std::vector<std::string> fields_of(const proto::AuthForm& form) {
  std::vector<std::string> names;
  for (const auto& field : form.fields) names.push_back(field.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST(FormFor, asks_for_each_proof_in_turn) {
  const auto host = one_group({AuthMethod::password, AuthMethod::otp});
  auto login = login_at("/");
  const auto& profile = host.connection_profiles[0];
  EXPECT_EQ(fields_of(form_for(host, profile, login)), (Names{"username", "password", "group_list"}));
  login.proven = {AuthMethod::password};
  const auto challenge = form_for(host, profile, login);
  EXPECT_EQ(challenge.id, "challenge");
  EXPECT_EQ(fields_of(challenge), Names{"secondary_password"});
}

TEST(FormFor, a_first_challenge_has_the_groups_too) {
  const auto host = one_group({AuthMethod::certificate, AuthMethod::otp});
  auto login = login_at("/");
  login.proven = {AuthMethod::certificate};
  const auto form = form_for(host, host.connection_profiles[0], login);
  EXPECT_EQ(fields_of(form), (Names{"secondary_password", "group_list"}));
}

TEST(FormFor, without_a_question_only_the_group_is_asked) {
  const auto host = one_group({AuthMethod::certificate});
  auto login = login_at("/");
  login.proven = {AuthMethod::certificate};
  const auto form = form_for(host, host.connection_profiles[0], login);
  EXPECT_EQ(form.id, "main");
  EXPECT_EQ(fields_of(form), Names{"group_list"});
  EXPECT_TRUE(form.fields[0].options[0].no_aaa);
}

TEST(CertificateRefusal, lets_the_user_take_another_group_where_there_is_one) {
  auto host = two_groups();
  const auto& profile = host.connection_profiles[0];
  const auto choice =
      certificate_refusal(host, profile, login_at("/"), "no client certificate was presented");
  EXPECT_EQ(choice.error->text, "Certificate Validation Failure: no client certificate was presented.");
  EXPECT_EQ(fields_of(choice), Names{"group_list"});
  EXPECT_FALSE(certificate_refusal(host, profile, login_at("/staff"), "why").has_form);
  host.connection_profiles = {profile};
  EXPECT_FALSE(certificate_refusal(host, host.connection_profiles[0], login_at("/"), "why").has_form);
}

TEST(CertificateRequest, is_no_form) {
  const auto host = one_group({AuthMethod::certificate});
  const auto form = certificate_request(host.connection_profiles[0], login_at("/"));
  const auto parsed = proto::AuthForm::parse(form.serialize());
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->client_cert_request);
  EXPECT_EQ(parsed->id, "");
  EXPECT_EQ(proto::Opaque::parse(parsed->opaque)->handle, "4711");
}

}  // namespace sallyport::gateway
