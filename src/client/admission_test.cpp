#include "client/admission.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

proto::CookieJar jar(std::string_view token, std::string_view told = "") {
  proto::CookieJar cookies;
  cookies.store({.name = "webvpn", .value = Secret(token), .path = "", .max_age = {}});
  cookies.store({.name = "webvpnc", .value = Secret(told), .path = "", .max_age = {}});
  return cookies;
}

constexpr auto told = "bu:/CACHE/stc/1&p:t&iu:1/&sh:ABCD&lu:/x&fu:profiles%2Fcorp.xml&fh:1234";

TEST(Admission, the_documents_token_goes_before_the_cookies) {
  proto::AuthComplete complete;
  complete.session_token = Secret("TOKEN");
  EXPECT_EQ(or_throw(Admission::from(complete, jar("COOKIE"))).token, Secret("TOKEN"));
  EXPECT_EQ(or_throw(Admission::from({}, jar("COOKIE"))).token, Secret("COOKIE"));
  EXPECT_FALSE(Admission::from({}, jar("")));
}

TEST(Admission, takes_from_the_cookie_what_the_document_does_not_say) {
  const auto admission = or_throw(Admission::from({}, jar("COOKIE", told)));
  EXPECT_EQ(admission.complete.server_cert_hash, "");  // which ocserv's cookie does not always tell
  EXPECT_EQ(admission.complete.base_package_uri, "/CACHE/stc/1");
  const auto& files = admission.complete.profiles.files;
  ASSERT_EQ(files.size(), 1U);
  EXPECT_TRUE(files[0].is_user_profile());
  EXPECT_EQ(files[0].uri, "profiles/corp.xml");
  EXPECT_EQ(files[0].hash, "1234");
}

TEST(Admission, the_document_goes_before_the_cookie) {
  proto::AuthComplete complete;
  complete.server_cert_hash = "EF";
  complete.base_package_uri = "/base";
  complete.profiles.files = {proto::profile_entry("/p.xml", "77")};
  EXPECT_EQ(or_throw(Admission::from(complete, jar("COOKIE", told))).complete, complete);
}

TEST(Admission, without_a_profile_in_the_cookie_there_is_none) {
  const auto admission = or_throw(Admission::from({}, jar("COOKIE", "bu:/&sh:ABCD")));
  EXPECT_TRUE(admission.complete.profiles.files.empty());
}

TEST(Admission, a_cookie_that_makes_no_sense_does_not_end_the_login) {
  const auto admission = Admission::from({}, jar("COOKIE", "sh:ABCD&fu:%zz"));
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->complete, proto::AuthComplete());
}

TEST(Admission, a_token_that_would_break_a_header_or_a_line_is_refused) {
  for (const auto* token : {"a\r\nX-Evil: 1", "a\nHOST='evil'", "a;b", "a b"}) {
    proto::AuthComplete complete;
    complete.session_token = Secret(std::string_view(token));
    EXPECT_FALSE(Admission::from(complete, {})) << token;
  }
}

}  // namespace
}  // namespace sallyport::client
