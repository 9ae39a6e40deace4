#include "gateway/login_form.hpp"

#include <gtest/gtest.h>

#include "proto/opaque.hpp"

namespace sallyport::gateway {

namespace {

proto::VirtualHost two_groups() {
  proto::VirtualHost host;
  host.connection_profiles = {{.name = "Staff", .group_alias = "Employees", .group_urls = {"/staff"}},
                              {.name = "Visitors", .group_alias = "Guests", .group_urls = {"/guests", "/g"}},
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

TEST(ChooseProfile, the_default_is_for_whoever_names_none_or_an_unknown_one) {
  const auto host = two_groups();
  EXPECT_EQ(choose_profile(host, "/", "", "").name, "Staff");
  EXPECT_EQ(choose_profile(host, "/", "", "No such group").name, "Staff");
  EXPECT_EQ(choose_profile(host, "/nowhere", "https://vpn.example.com/elsewhere", "").name, "Staff");
}

TEST(ChooseProfile, an_alias_chooses) {
  EXPECT_EQ(choose_profile(two_groups(), "/", "https://vpn.example.com/", "Guests").name, "Visitors");
}

TEST(ChooseProfile, a_group_url_chooses_without_query_and_trailing_slash) {
  const auto host = two_groups();
  EXPECT_EQ(choose_profile(host, "/guests", "", "").name, "Visitors");
  EXPECT_EQ(choose_profile(host, "/g/?x=1", "", "").name, "Visitors");
  EXPECT_EQ(choose_profile(host, "/", "https://vpn.example.com/machines", "").name, "Machines");
  EXPECT_EQ(choose_profile(host, "/guests/more", "", "").name, "Staff");
  EXPECT_EQ(choose_profile(host, "/GUESTS", "", "").name, "Staff");
}

TEST(ChooseProfile, a_group_url_wins_over_an_alias) {
  EXPECT_EQ(choose_profile(two_groups(), "/guests", "", "Employees").name, "Visitors");
}

TEST(PasswordForm, lists_the_aliases_with_the_selected_one_first) {
  const auto host = two_groups();
  const auto form = password_form(host, *host.profile("Visitors"), login_at("/"));
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
  const auto form = password_form(host, *host.profile("Visitors"), login_at("/guests"));
  EXPECT_EQ(form.find("group_list"), nullptr);
  EXPECT_EQ(form.action, "/guests");
  EXPECT_NE(form.find("username"), nullptr);
  EXPECT_NE(form.find("password"), nullptr);
}

TEST(PasswordForm, has_no_list_without_aliases) {
  proto::VirtualHost host;
  host.connection_profiles = {{.name = "Only"}};
  EXPECT_TRUE(group_list(password_form(host, host.connection_profiles[0], login_at("/"))).empty());
}

}  // namespace sallyport::gateway
