#include "client/http_session.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {

TEST(HttpSession, pads_each_body_to_a_multiple_of_64) {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 370U}) {
    const auto padding = padding_for(size);
    EXPECT_EQ((size + padding.size()) % 64, 0U) << size;
    EXPECT_GE(padding.size(), 1U);
    EXPECT_LE(padding.size(), 64U);
  }
  EXPECT_EQ(padding_for(370), std::string(14, '0'));  // as observed with openconnect 9.01
}

TEST(HttpSession, a_redirect_has_a_status_and_a_target) {
  proto::HttpReply reply{.status = 302};
  EXPECT_FALSE(redirect_of(reply));
  reply.headers.add("Location", "/elsewhere");
  EXPECT_EQ(redirect_of(reply), "/elsewhere");
  reply.status = 200;
  EXPECT_FALSE(redirect_of(reply));
}

TEST(HttpSession, a_redirect_that_cannot_be_followed_is_told_with_target_and_reason) {
  const auto here = *proto::Url::parse("vpn.example.com/staff");
  EXPECT_EQ(redirect_target(here, "/x")->serialize(), "https://vpn.example.com/x");
  EXPECT_EQ(
      redirect_target(here, "http://vpn.example.com/").error().text,
      "the gateway redirects to http://vpn.example.com/, where the client does not go: the URL is not an "
      "https URL: \"http://vpn.example.com/\"");
}

}  // namespace sallyport::client
