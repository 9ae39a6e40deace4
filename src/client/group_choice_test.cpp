#include "client/group_choice.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

proto::AuthField groups() {
  proto::AuthField field{.type = proto::AuthField::Type::select, .name = "group_list", .label = "GROUP:"};
  field.options = {{.value = "staff", .label = "Staff People"},
                   {.value = "admins", .label = "admins", .selected = true}};
  return field;
}

TEST(GroupChoice, finds_a_group_by_value_and_by_label) {
  const auto field = groups();
  ASSERT_TRUE(find_group(field, "staff"));
  EXPECT_EQ((*find_group(field, "staff"))->value, "staff");
  ASSERT_TRUE(find_group(field, "Staff People"));
  EXPECT_EQ((*find_group(field, "Staff People"))->value, "staff");
}

TEST(GroupChoice, an_unknown_group_lists_those_that_there_are) {
  const auto found = find_group(groups(), "sales");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().text, "the gateway has no group \"sales\"; it offers Staff People, admins");
}

TEST(GroupChoice, the_question_shows_the_groups_and_the_selected_one) {
  EXPECT_EQ(group_question(groups()), "GROUP [Staff People|admins] (admins):");
}

TEST(GroupChoice, authgroup_goes_before_a_form_entry) {
  const proto::AuthForm form{.id = "main"};
  ConnectOptions options;
  EXPECT_EQ(wanted_group(form, options), "");
  options.form_entries = {{"other", "group_list", "no"}, {"main", "group_list", "admins"}};
  EXPECT_EQ(wanted_group(form, options), "admins");
  options.group = "staff";
  EXPECT_EQ(wanted_group(form, options), "staff");
}

}  // namespace
}  // namespace sallyport::client
