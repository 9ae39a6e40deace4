#include "gateway/login_rounds.hpp"

#include <gtest/gtest.h>

#include "tls/test_support.hpp"

namespace sallyport::gateway {

namespace {

using proto::AuthMethod;
using Field = proto::CertificateUserField;

proto::ConnectionProfile profile_with(std::vector<AuthMethod> methods) {
  return {.name = "Staff", .methods = std::move(methods), .certificate_user = Field::common_name};
}

ClientCertificate certificate_of(const tls::test::Wish& wish) {
  return {tls::test::Authority("User CA").issue(wish).chain.leaf(), {}};
}

const tls::test::Wish alice{.common_name = "alice", .alternative_names = "", .usage = "clientAuth"};

std::string refusal(const ClientCertificate& certificate, Field field = Field::common_name) {
  const auto user = user_of(certificate, field);
  return user ? "accepted: " + *user : user.error().text;
}

}  // namespace

TEST(LoginRounds, take_the_methods_in_their_order) {
  const auto profile = profile_with({AuthMethod::password, AuthMethod::otp});
  store::Dialogue login;
  begin_rounds(login, profile, 7);
  EXPECT_TRUE(is_begun(login, profile, 7));
  EXPECT_FALSE(is_begun(login, profile, 8));
  EXPECT_FALSE(is_begun(login, {.name = "Visitors"}, 7));
  EXPECT_EQ(next_method(profile, login), AuthMethod::password);
  login.proven.insert(AuthMethod::password);
  EXPECT_EQ(next_method(profile, login), AuthMethod::otp);
  login.proven.insert(AuthMethod::otp);
  EXPECT_EQ(next_method(profile, login), std::nullopt);
}

TEST(LoginRounds, take_the_certificate_before_all_others) {
  const auto profile = profile_with({AuthMethod::password, AuthMethod::certificate});
  store::Dialogue login;
  EXPECT_EQ(next_method(profile, login), AuthMethod::certificate);
  EXPECT_FALSE(take_certificate(login, profile, {}));
  EXPECT_EQ(next_method(profile, login), AuthMethod::certificate);
  EXPECT_TRUE(take_certificate(login, profile, certificate_of(alice)));
  EXPECT_EQ(login.user, "alice");
  EXPECT_EQ(next_method(profile, login), AuthMethod::password);
}

TEST(LoginRounds, begin_anew_with_another_profile) {
  const auto profile = profile_with({AuthMethod::certificate});
  store::Dialogue login;
  ASSERT_TRUE(take_certificate(login, profile, certificate_of(alice)));
  begin_rounds(login, profile, 1);
  EXPECT_EQ(login.user, "");
  EXPECT_EQ(next_method(profile, login), AuthMethod::certificate);
}

TEST(LoginRounds, look_at_no_certificate_that_the_profile_does_not_want) {
  const auto profile = profile_with({AuthMethod::password});
  store::Dialogue login;
  EXPECT_TRUE(take_certificate(login, profile, certificate_of(alice)));
  EXPECT_EQ(login.user, "");
}

TEST(LoginRounds, hold_the_user_to_the_one_who_is_proven) {
  store::Dialogue login;
  login.user = "alice";
  EXPECT_FALSE(contradicts_proof(login, "bob"));
  login.proven.insert(AuthMethod::certificate);
  EXPECT_TRUE(contradicts_proof(login, "bob"));
  EXPECT_FALSE(contradicts_proof(login, "alice"));
}

TEST(ClientCertificate, names_the_user_in_one_field) {
  auto wish = alice;
  wish.user_id = "u4711";
  wish.email = "alice@example.com";
  const auto certificate = certificate_of(wish);
  EXPECT_EQ(user_of(certificate, Field::common_name).value(), "alice");
  EXPECT_EQ(user_of(certificate, Field::user_id).value(), "u4711");
  EXPECT_EQ(user_of(certificate, Field::email).value(), "alice@example.com");
  EXPECT_EQ(refusal(certificate, Field::upn), "the client certificate names no user: it has no UPN");
}

TEST(ClientCertificate, proves_nobody_without_a_usable_name) {
  const std::string useless = "the client certificate names no user: its CN is too long or no plain text";
  auto wish = alice;
  wish.common_name = "J\u00fcrgen";
  EXPECT_EQ(user_of(certificate_of(wish), Field::common_name).value(), "J\u00fcrgen");
  wish.common_name = "ali\nce";
  EXPECT_EQ(refusal(certificate_of(wish)), useless);
  wish.common_name = "";
  wish.user_id = "u4711";
  EXPECT_EQ(refusal(certificate_of(wish)), "the client certificate names no user: it has no CN");
}

TEST(ClientCertificate, proves_nobody_with_a_fault) {
  EXPECT_EQ(refusal({}), "no client certificate was presented");
  auto certificate = certificate_of(alice);
  certificate.faults = {{tls::Fault::expired, "expired on 2024-05-01"}};
  EXPECT_EQ(refusal(certificate), "the client certificate expired on 2024-05-01");
}

}  // namespace sallyport::gateway
