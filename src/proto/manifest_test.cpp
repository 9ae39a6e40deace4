#include "proto/manifest.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

TEST(Manifest, is_an_empty_list_when_there_is_nothing_to_install) {
  EXPECT_EQ(Manifest{}.serialize(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<vpn rev=\"1.0\"></vpn>");
  EXPECT_TRUE(Manifest::parse("<vpn rev=\"1.0\"></vpn>").value().files.empty());
}

TEST(Manifest, of_packages_is_read) {
  const auto manifest = Manifest::parse(R"(<?xml version="1.0" encoding="UTF-8"?>
<vpn rev="1.0">
  <file version="4,9,04053" id="VPNCore" is_core="yes" type="exe"
   action="install" os="win:6.1.7601" module="vpn">
    <uri>binaries/anyconnect-win-4.9.04053-core-vpn-webdeploy-k9.exe</uri>
    <display-name>AnyConnect Secure Mobility Client</display-name>
  </file>
  <other/>
</vpn>)")
                            .value();
  EXPECT_EQ(manifest.files,
            (std::vector<ManifestFile>{{.type = "exe",
                                        .id = "VPNCore",
                                        .version = "4,9,04053",
                                        .is_core = "yes",
                                        .action = "install",
                                        .os = "win:6.1.7601",
                                        .module = "vpn",
                                        .uri = "binaries/anyconnect-win-4.9.04053-core-vpn-webdeploy-k9.exe",
                                        .display_name = "AnyConnect Secure Mobility Client"}}));
  EXPECT_FALSE(manifest.files.at(0).is_user_profile());
}

TEST(Manifest, knows_the_users_profile) {
  const Manifest manifest{{{.type = "l10n", .lang = "de", .uri = "x"},
                           {.type = "profile", .service_type = "vpn-mgmt", .uri = "/profiles/management.xml"},
                           profile_entry("/profiles/corp.xml", "AB")}};
  EXPECT_FALSE(manifest.files[0].is_user_profile());
  EXPECT_FALSE(manifest.files[1].is_user_profile());
  EXPECT_TRUE(manifest.files[2].is_user_profile());
  expect_round_trips<Manifest>({manifest, {}, {{{.uri = "a<&>b", .hash_type = "sha1"}}}});
}

TEST(Manifest, is_refused_with_another_root) {
  EXPECT_FALSE(Manifest::parse("<html></html>").has_value());
  EXPECT_FALSE(Manifest::parse("").has_value());
}

TEST(Manifest, joins_relative_paths_to_the_base) {
  EXPECT_EQ(download_path("/CACHE/stc/1", "binaries/x.exe"), "/CACHE/stc/1/binaries/x.exe");
  EXPECT_EQ(download_path("/CACHE/stc/1/", "x"), "/CACHE/stc/1/x");
  EXPECT_EQ(download_path("/CACHE", "/profiles/corp.xml"), "/profiles/corp.xml");
  EXPECT_EQ(download_path("", "x"), "/x");
}

}  // namespace
}  // namespace sallyport::proto
