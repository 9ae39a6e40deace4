#include "client/opening.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using enum OpeningRequest;
using Outcome = OpeningOutcome;

const proto::Url gateway{.host = "vpn.example.com", .port = 443, .path = "/staff", .query = ""};
const std::string version_2 =
    R"(<?xml version="1.0"?><config-auth type="auth-request"><auth id="main"/></config-auth>)";
const std::string version_1 = R"(<auth id="main"><form/></auth>)";
const std::string page = "<html><body>It works!</body></html>";

proto::HttpReply with(std::string body) {
  return {.body = std::move(body)};
}

proto::HttpReply with(int status) {
  return {.status = status, .body = page};
}

proto::HttpReply redirect(const std::string& location) {
  proto::HttpReply reply{.status = 302};
  reply.headers.add("Location", location);
  return reply;
}

TEST(Opening, a_document_of_either_version_opens_the_login) {
  for (const auto asked : {init, empty_post, get}) {
    EXPECT_EQ(judge_opening(asked, with(version_2), gateway), Outcome::document);
    EXPECT_EQ(judge_opening(asked, with(version_1), gateway), Outcome::document);
  }
}

TEST(Opening, a_bare_document_or_an_answer_to_version_1_settles_the_version) {
  EXPECT_FALSE(opens_version_1(init, with(version_2)));
  EXPECT_TRUE(opens_version_1(init, with(version_1)));
  EXPECT_TRUE(opens_version_1(empty_post, with(version_2)));
  EXPECT_TRUE(opens_version_1(get, with(version_1)));
}

TEST(Opening, what_a_gateway_does_not_know_is_asked_in_another_way) {
  for (const int status : {200, 400, 404, 405, 501}) {
    EXPECT_EQ(judge_opening(init, with(status), gateway), Outcome::next_request) << status;
    EXPECT_EQ(judge_opening(empty_post, with(status), gateway), Outcome::next_request) << status;
    EXPECT_EQ(judge_opening(get, with(status), gateway), Outcome::refused) << status;
  }
  EXPECT_EQ(next_opening(init), empty_post);
  EXPECT_EQ(next_opening(empty_post), get);
  EXPECT_EQ(next_opening(get), std::nullopt);
}

TEST(Opening, an_answer_to_the_login_is_not_asked_about_again) {
  for (const int status : {401, 403, 429, 500, 503}) {
    EXPECT_EQ(judge_opening(init, with(status), gateway), Outcome::refused) << status;
  }
}

TEST(Opening, a_redirect_within_the_gateway_means_version_1) {
  for (const auto* target : {"/+webvpn+/index.html", "https://vpn.example.com/x", "/staff"}) {
    EXPECT_EQ(judge_opening(init, redirect(target), gateway), Outcome::next_request);
    EXPECT_EQ(judge_opening(get, redirect(target), gateway), Outcome::elsewhere);
  }
}

TEST(Opening, another_host_or_port_is_asked_in_version_2_again) {
  for (const auto asked : {init, empty_post, get}) {
    EXPECT_EQ(judge_opening(asked, redirect("https://other.example.com/"), gateway), Outcome::another_host);
    EXPECT_EQ(judge_opening(asked, redirect("https://vpn.example.com:444/"), gateway), Outcome::another_host);
    EXPECT_EQ(judge_opening(asked, redirect("http://vpn.example.com/"), gateway), Outcome::refused);
  }
}

}  // namespace
}  // namespace sallyport::client
