#include "client/form_answers.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using Type = proto::AuthField::Type;

proto::AuthForm login_form() {
  proto::AuthForm form;
  form.id = "main";
  form.has_form = true;
  form.fields = {{.type = Type::text, .name = "username"},
                 {.type = Type::password, .name = "password", .label = "Password:"},
                 {.type = Type::hidden, .name = "state", .value = "17"}};
  return form;
}

std::string known(const FieldPlan& plan) {
  return plan.known ? std::string(plan.known->reveal_text()) : "?";
}

TEST(FormAnswers, takes_the_user_from_the_command_line_and_asks_for_the_password) {
  const auto form = login_form();
  ConnectOptions options;
  options.user = "alice";
  const auto plan = plan_answers(form, "", options);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->size(), 3U);
  EXPECT_EQ(known((*plan)[0]), "alice");
  EXPECT_EQ(known((*plan)[1]), "?");
  EXPECT_EQ(known((*plan)[2]), "17");
}

TEST(FormAnswers, without_a_user_it_is_asked) {
  const auto form = login_form();
  const auto plan = plan_answers(form, "", {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(known(plan->front()), "?");
}

TEST(FormAnswers, a_form_entry_answers_one_field_of_one_form) {
  auto form = login_form();
  ConnectOptions options;
  options.form_entries = {{"challenge", "password", "no"}, {"main", "password", "yes"}};
  EXPECT_EQ(known((*plan_answers(form, "", options))[1]), "yes");
  form.id = "other";
  EXPECT_EQ(known((*plan_answers(form, "", options))[1]), "?");
}

TEST(FormAnswers, fields_of_a_second_authentication_belong_to_groups_that_have_one) {
  auto form = login_form();
  form.fields.push_back({.type = Type::password, .name = "secondary_password", .second_auth = true});
  proto::AuthField groups{.type = Type::select, .name = "group_list"};
  groups.options = {{.value = "one", .label = "one"}, {.value = "two", .label = "two", .second_auth = true}};
  form.fields.push_back(groups);
  EXPECT_EQ(plan_answers(form, "one", {})->size(), 4U);
  const auto plan = plan_answers(form, "two", {});
  ASSERT_EQ(plan->size(), 5U);
  EXPECT_EQ(known(plan->back()), "two");
}

TEST(FormAnswers, a_login_in_the_browser_is_refused_in_words) {
  auto form = login_form();
  form.fields.push_back({.type = Type::sso, .name = "sso-token"});
  const auto plan = plan_answers(form, "", {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::unsupported);
}

TEST(FormAnswers, a_list_takes_value_label_or_nothing) {
  proto::AuthField list{.type = Type::select, .name = "method", .label = "Method:"};
  list.options = {{.value = "p", .label = "push"}, {.value = "s", .label = "SMS", .selected = true}};
  EXPECT_EQ(question_of(list), "Method: [push|SMS] (SMS)");
  EXPECT_EQ(value_in(list, Secret("push")), Secret("p"));
  EXPECT_EQ(value_in(list, Secret("s")), Secret("s"));
  EXPECT_EQ(value_in(list, Secret("")), Secret("s"));
  EXPECT_EQ(value_in(list, Secret("fax")), std::nullopt);
}

TEST(FormAnswers, notices_a_new_password_that_was_not_typed_twice_alike) {
  EXPECT_FALSE(repetition_differs({{"password", Secret("old")}}));
  EXPECT_FALSE(repetition_differs({{"new_password", Secret("a")}, {"verify_password", Secret("a")}}));
  EXPECT_TRUE(repetition_differs({{"new_password", Secret("a")}, {"verify_pin", Secret("b")}}));
}

TEST(FormAnswers, the_gateways_error_goes_before_its_message) {
  proto::AuthForm form;
  form.message.text = "Login failed.\nPlease enter your password.";
  EXPECT_EQ(words_of(form), "Login failed. Please enter your password");
  form.error = proto::Notice{.text = "No %s.", .param1 = "entry\x1b"};
  EXPECT_EQ(words_of(form), "No entry?");
}

}  // namespace
}  // namespace sallyport::client
