#include "proto/downloader_urls.hpp"

#include <gtest/gtest.h>

#include "proto/manifest.hpp"

namespace sallyport::proto {
namespace {

TEST(DownloaderUrls, have_the_fixed_answers) {
  for (const auto* path : {"/1/index.html", "/1/Linux", "/1/Linux_64", "/1/Windows", "/1/Windows_ARM64",
                           "/1/Darwin_i386", "/logout"})
    EXPECT_EQ(downloader_answer(path)->body, "<html></html>\n") << path;
  EXPECT_EQ(downloader_answer("/1/binaries/update.txt")->body, "0,0,0000\n");
  EXPECT_EQ(downloader_answer("/1/binaries/vpndownloader.sh"),
            (DownloaderAnswer{"application/x-shellscript", "#!/bin/sh\n\nexit 0\n"}));
}

TEST(DownloaderUrls, ignore_the_query) {
  for (const auto* target : {"/1/VPNManifest.xml", "/VPNManifest.xml?x",
                             "/+CSCOT+/translation-table?textdomain=AnyConnect&type=manifest",
                             "/+CSCOT+/oem-customization?app=AnyConnect&type=manifest"}) {
    const auto answer = downloader_answer(target);
    ASSERT_TRUE(answer.has_value()) << target;
    EXPECT_EQ(answer->content_type, "text/xml");
    EXPECT_EQ(Manifest::parse(answer->body).value(), Manifest{});
  }
}

TEST(DownloaderUrls, are_exact) {
  for (const auto* target : {"/", "/1", "/1/", "/1/Linux/", "/1/linux", "/1/binaries/", "/logout2"})
    EXPECT_EQ(downloader_answer(target), std::nullopt) << target;
}

TEST(DownloaderUrls, name_the_requested_profile) {
  EXPECT_EQ(requested_profile("/profiles/corp.xml?x=1"), "corp.xml");
  EXPECT_EQ(requested_profile("/profiles//etc/acme/profile.xml"), "/etc/acme/profile.xml");
  EXPECT_EQ(requested_profile("/profiles/a%20b.xml"), "a b.xml");
  EXPECT_EQ(requested_profile("/profiles/corp.xml:8443"), "corp.xml");  // as openconnect does
  EXPECT_EQ(requested_profile("/profiles/%zz"), std::nullopt);
  EXPECT_EQ(requested_profile("/profiles/"), std::nullopt);
  EXPECT_EQ(requested_profile("/profile/corp.xml"), std::nullopt);
}

TEST(DownloaderUrls, share_name_spaces_that_are_never_redirected) {
  for (const auto* target :
       {"/1/x", "/CACHE/stc/1/binaries/x.sh", "/+CSCOE+/logon.html", "/profiles/x", "/logout"})
    EXPECT_TRUE(is_downloader_path(target)) << target;
  for (const auto* target : {"/", "/staff", "/1", "/auth"})
    EXPECT_FALSE(is_downloader_path(target)) << target;
}

}  // namespace
}  // namespace sallyport::proto
