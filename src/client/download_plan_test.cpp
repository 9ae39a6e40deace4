#include "client/download_plan.hpp"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

const std::string hash = "53B87EEB71D40D828AD8C3A1EC087793D1FE950E";

proto::AuthComplete complete(const std::string& uri, const std::string& sha1 = hash) {
  proto::AuthComplete complete;
  complete.profiles.files.push_back(proto::profile_entry(uri, sha1));
  return complete;
}

std::string error_of(const proto::AuthComplete& complete) {
  const auto announced = announced_profiles(complete);
  return announced ? "no error" : announced.error().text;
}

AnnouncedProfile only(const Result<std::vector<AnnouncedProfile>>& announced) {
  EXPECT_TRUE(announced.has_value());
  EXPECT_EQ(announced->size(), 1U);
  return announced->at(0);
}

TEST(DownloadPlan, takes_the_profile_of_the_logins_last_document) {
  EXPECT_EQ(only(announced_profiles(complete("/profiles/corp.xml"))),
            (AnnouncedProfile{"corp.xml", "/profiles/corp.xml", hash}));
  EXPECT_EQ(only(announced_profiles(complete("/profiles//etc/acme/corp.xml"))),
            (AnnouncedProfile{"corp.xml", "/profiles//etc/acme/corp.xml", hash}));
  auto relative = complete("profiles/corp%202.xml?x=/y.xml");
  relative.base_package_uri = "/CACHE/stc/1";
  EXPECT_EQ(only(announced_profiles(relative)),
            (AnnouncedProfile{"corp 2.xml", "/CACHE/stc/1/profiles/corp%202.xml?x=/y.xml", hash}));
}

TEST(DownloadPlan, gives_each_file_the_ending_of_a_profile) {
  EXPECT_EQ(only(announced_profiles(complete("/profiles/corp"))).name, "corp.xml");
  EXPECT_EQ(only(announced_profiles(complete("/profiles/corp.profile"))).name, "corp.profile.xml");
}

TEST(DownloadPlan, leaves_alone_what_is_not_the_users_profile) {
  auto other = complete("/profiles/VpnMgmtTunProfile.xml");
  other.profiles.files[0].service_type = "vpn-mgmt";
  EXPECT_TRUE(announced_profiles(other)->empty());
  other.profiles.files[0].service_type = "";
  EXPECT_EQ(announced_profiles(other)->size(), 1U);
}

TEST(DownloadPlan, refuses_names_that_would_not_stay_in_the_folder) {
  for (const auto* uri : {"/profiles/", "/profiles/..", "/profiles/%2e%2e%2fcorp.xml", "/profiles/.xml",
                          "/profiles/..%5Ccorp.xml", "/profiles/corp.xml%00.xml", "/profiles/%zz.xml",
                          "/profiles/corp.xml/", "", "/profiles/%0a.xml"}) {
    EXPECT_TRUE(
        error_of(complete(uri))
            .starts_with("the gateway announces a client profile under a name that can't be kept here"))
        << uri;
  }
  EXPECT_NE(error_of(complete("/profiles/" + std::string(200, 'a') + ".xml")), "no error");
}

TEST(DownloadPlan, refuses_a_profile_that_cannot_be_checked) {
  for (const auto* sha1 : {"", "53B8", "53B87EEB71D40D828AD8C3A1EC087793D1FE950G"}) {
    EXPECT_EQ(error_of(complete("/profiles/corp.xml", sha1)),
              "the gateway announces the client profile corp.xml without its SHA-1");
  }
  auto other_kind = complete("/profiles/corp.xml");
  other_kind.profiles.files[0].hash_type = "md5";
  EXPECT_NE(error_of(other_kind), "no error");
}

TEST(DownloadPlan, has_a_bounded_number_of_items) {
  proto::AuthComplete many;
  many.profiles.files.assign(8, proto::profile_entry("/profiles/corp.xml", hash));
  EXPECT_EQ(announced_profiles(many)->size(), 8U);
  many.profiles.files.push_back(many.profiles.files[0]);
  EXPECT_EQ(error_of(many), "the gateway announces more than 8 client profiles");
}

TEST(DownloadPlan, fetches_what_is_missing_or_differs) {
  const std::vector<AnnouncedProfile> announced{{"corp.xml", "/profiles/corp.xml", hash}};
  EXPECT_EQ(to_be_fetched(announced, {}), announced);
  EXPECT_EQ(to_be_fetched(announced, {{"other.xml", hash}}), announced);
  EXPECT_EQ(to_be_fetched(announced, {{"corp.xml", std::string(40, '0')}}), announced);
  EXPECT_TRUE(to_be_fetched(announced, {{"corp.xml", "53b87eeb71d40d828ad8c3a1ec087793d1fe950e"}}).empty());
}

TEST(DownloadPlan, no_path_leads_to_another_host) {
  const auto gateway = *proto::Url::parse("vpn.example.com:4443/staff");
  for (const auto* path : {"/profiles/corp.xml", "//evil.example/corp.xml", "///evil.example/corp.xml",
                           "https://evil.example/corp.xml", "corp.xml", "@evil.example/corp.xml"}) {
    const auto url = url_of(gateway, path);
    ASSERT_TRUE(url) << path;
    EXPECT_TRUE(url->same_host(gateway)) << path << ": " << url->serialize();
  }
  EXPECT_FALSE(url_of(gateway, "/a\r\nHost: evil.example"));
  EXPECT_FALSE(url_of(gateway, "/a b.xml"));
}

TEST(DownloadPlan, names_packages_for_a_terminal) {
  proto::Manifest core;
  core.files = {{.id = "VPNCore", .version = "4,10,07061"}, {.uri = "binaries/a\x1b[2J"}};
  EXPECT_EQ(packages_of(core), "VPNCore 4,10,07061, binaries/a?[2J");
  core.files.assign(100, {.id = "P"});
  EXPECT_EQ(packages_of(core), "P, P, P, P, P, P, P, P, …");
}

}  // namespace
}  // namespace sallyport::client
