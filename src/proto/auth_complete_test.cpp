#include "proto/auth_complete.hpp"

#include <gtest/gtest.h>

#include "proto/round_trip_test.hpp"

namespace sallyport::proto {
namespace {

constexpr std::string_view certificate = "3499865B6FBC3F256663AE699EE75E10BA4ADA3D";
constexpr std::string_view profile = "53B87EEB71D40D828AD8C3A1EC087793D1FE950E";

// Protocol section 3.6, on one line.
constexpr std::string_view minimal =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="complete" aggregate-auth-version="2"><session-id>7</session-id>)"
    R"(<session-token>k3J+/=</session-token><auth id="success"><banner>Welcome</banner>)"
    R"(<message id="0" param1="" param2=""></message></auth>)"
    R"(<capabilities><crypto-supported>ssl-dhe</crypto-supported></capabilities>)"
    R"(<config client="vpn" type="private"><vpn-base-config>)"
    R"(<server-cert-hash>3499865B6FBC3F256663AE699EE75E10BA4ADA3D</server-cert-hash></vpn-base-config>)"
    R"(<opaque is-for="vpn-client"></opaque><vpn-profile-manifest><vpn rev="1.0">)"
    R"(<file type="profile" service-type="user"><uri>/profiles/acme.xml</uri>)"
    R"(<hash type="sha1">53B87EEB71D40D828AD8C3A1EC087793D1FE950E</hash></file></vpn></vpn-profile-manifest>)"
    R"(</config></config-auth>)";

AuthComplete welcome() {
  return {.session_id = "7",
          .session_token = Secret("k3J+/="),
          .banner = {.text = "Welcome"},
          .message = {.id = "0"},
          .crypto_supported = {"ssl-dhe"},
          .server_cert_hash = std::string(certificate),
          .profiles = {{profile_entry("/profiles/acme.xml", profile)}}};
}

TEST(AuthComplete, is_written_and_read_as_the_clients_expect_it) {
  EXPECT_EQ(welcome().serialize(), minimal);
  EXPECT_EQ(AuthComplete::parse(minimal).value(), welcome());
}

TEST(AuthComplete, of_ocserv_has_almost_nothing) {
  const auto complete = AuthComplete::parse(R"(<?xml version="1.0" encoding="UTF-8"?>
<config-auth client="vpn" type="complete">
<version who="sg">0.1(1)</version>
<auth id="success">
<title>SSL VPN Service</title><banner>Welcome</banner></auth>
<config client="vpn" type="private"><vpn-profile-manifest><vpn rev="1.0">)"
                                            R"(<file type="profile" service-type="user">)"
                                            R"(<uri>/profiles//etc/acme/profile.xml</uri><hash type="sha1">)"
                                            R"(53B87EEB71D40D828AD8C3A1EC087793D1FE950E</hash></file></vpn>)"
                                            R"(</vpn-profile-manifest>
</config></config-auth>)")
                            .value();
  EXPECT_EQ(complete,
            (AuthComplete{.aggregate_version = 0,
                          .title = "SSL VPN Service",
                          .banner = {.text = "Welcome"},
                          .profiles = {{profile_entry("/profiles//etc/acme/profile.xml", profile)}}}));
}

TEST(AuthComplete, round_trips) {
  auto full = welcome();
  full.aggregate_version = 0;
  full.title = "T <&>";
  full.message = {.text = "Hello %s", .id = "0", .param1 = "alice"};
  full.base_package_uri = "/CACHE/stc/1";
  full.custom_attributes = {{"dynamic-split-exclude-domains", "a.example,b.example"}};
  full.core.files = {
      {.type = "exe", .id = "VPNCore", .version = "4,10,07061", .is_core = "yes", .uri = "binaries/x.exe"}};
  expect_round_trips<AuthComplete>({{}, welcome(), full});
}

TEST(AuthComplete, finds_the_core_manifest_inside_and_outside_the_opaque) {
  const std::string manifest =
      "<vpn-core-manifest><vpn rev=\"1.0\"><file id=\"DART\"><uri>x</uri></file></vpn></vpn-core-manifest>";
  for (const auto& config : {"<opaque>" + manifest + "</opaque>", manifest})
    EXPECT_EQ(AuthComplete::parse("<config-auth><auth id=\"success\"/><config>" + config +
                                  "</config></config-auth>")
                  .value()
                  .core.files.at(0)
                  .id,
              "DART");
}

TEST(AuthComplete, is_refused_without_success) {
  for (const auto* body :
       {"<config-auth/>", "<config-auth><auth id=\"main\"/></config-auth>", "<auth id=\"success\"/>"})
    EXPECT_EQ(AuthComplete::parse(body).error().kind, ErrorKind::malformed) << body;
}

TEST(AuthComplete, speaks_version_1) {
  const AuthComplete complete{.aggregate_version = 0, .title = "T", .banner = {.text = "B"}};
  EXPECT_EQ(complete.serialize_v1(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<auth "
            "id=\"success\"><title>T</title><banner>B</banner></auth>");
  EXPECT_EQ(AuthComplete::parse_v1(complete.serialize_v1()).value(), complete);
  EXPECT_FALSE(AuthComplete::parse_v1("<auth id=\"main\"/>").has_value());
}

}  // namespace
}  // namespace sallyport::proto
