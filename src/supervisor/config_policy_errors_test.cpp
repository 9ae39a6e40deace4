// Errors in [connection_profile.NAME] and [group_policy.NAME].
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "supervisor/config.hpp"

namespace sallyport::supervisor {
namespace {

const std::string base =
    "[tls]\ncertificate = 'c'\nprivate_key = 'k'\n[tunnel]\naddress_pool = '10.20.0.0/16'\n"
    "[aaa.a]\nusers = 'u'\n[group_policy.g]\n";  // 8 lines

std::string errors(const std::string& text) {
  const auto config = parse_config(text, "f");
  return config ? "no error" : config.error().text;
}

// The profile's own lines begin at line 10.
std::string profile_errors(const std::string& lines) {
  return errors(base + "[connection_profile.p]\n" + lines);
}

// The policy's own line is line 9.
std::string policy_errors(const std::string& line) {
  return errors(base + line + "\n[connection_profile.p]\naaa = 'a'\ngroup_policy = 'g'\n");
}

TEST(ConfigPolicyErrors, want_a_profile) {
  EXPECT_EQ(errors(base), "f:1:1: there is no [connection_profile.NAME]: clients need one to connect to");
}

TEST(ConfigPolicyErrors, want_references_that_exist) {
  EXPECT_EQ(profile_errors("aaa = 'a'\n"), "f:9:21: connection profile 'p' needs 'group_policy'");
  EXPECT_EQ(profile_errors("aaa = 'b'\ngroup_policy = 'gg'\n"),
            "f:10:7: there is no [aaa.b]\n"
            "f:11:16: there is no [group_policy.gg]; did you mean 'g'?");
  EXPECT_EQ(profile_errors("group_policy = 'g'\n"), "f:9:21: \"password\" needs 'aaa'");
  EXPECT_EQ(profile_errors("aaa = 3\ngroup_policy = 'g'\n"),
            "f:10:7: 'aaa' must be one line of text, at most 64 bytes, not 3");
}

TEST(ConfigPolicyErrors, want_what_the_ways_to_log_in_need) {
  const std::string rest = "\naaa = 'a'\ngroup_policy = 'g'\n";
  EXPECT_EQ(profile_errors("authentication = ['certificate']\ngroup_policy = 'g'\n"),
            "f:10:18: \"certificate\" needs 'client_ca' in [tls]\n"
            "f:10:18: \"certificate\" needs 'certificate_user'");
  EXPECT_EQ(profile_errors("authentication = ['password', 'otp']" + rest),
            "f:10:18: \"otp\" needs 'otp' in [aaa.a]");
  EXPECT_EQ(profile_errors("authentication = ['otp']" + rest),
            "f:10:18: \"otp\" can't come first: it asks for no user name\n"
            "f:10:18: \"otp\" needs 'otp' in [aaa.a]");
  EXPECT_EQ(profile_errors("authentication = []" + rest),
            "f:10:18: 'authentication' must be a list of 1 to 3, not a list of 0");
  EXPECT_EQ(profile_errors("authentication = ['passwort']" + rest),
            "f:10:19: 'authentication' must be \"password\", \"certificate\" or \"otp\", not \"passwort\"");
  EXPECT_EQ(profile_errors("authentication = ['password', 'password']" + rest),
            "f:10:31: this stands in the list twice");
  EXPECT_EQ(profile_errors("certificate_user = 'cn'" + rest),
            "f:10:20: 'certificate_user' must be \"CN\", \"UID\", \"email\" or \"upn\", not \"cn\"");
}

TEST(ConfigPolicyErrors, refuse_group_urls_that_are_the_gateways_own) {
  for (const auto* url : {"/profiles/corp.xml", "/1/Linux", "/logout", "/CSCOSSLC/tunnel"}) {
    const auto lines = fmt::format("group_url = ['{}']\naaa = 'a'\ngroup_policy = 'g'\n", url);
    EXPECT_EQ(profile_errors(lines), fmt::format("f:10:14: '{}' is a URL of the gateway's own", url));
  }
}

TEST(ConfigPolicyErrors, refuse_group_urls_that_select_nothing) {
  const std::string what =
      "f:10:14: 'group_url' must be a path that begins with '/' such as \"/staff\", without a query, not ";
  for (const auto* url : {"staff", "/", "//", "", "/staff?x=1", "/st aff", "https://vpn/staff"}) {
    const auto lines = fmt::format("group_url = ['{}']\naaa = 'a'\ngroup_policy = 'g'\n", url);
    EXPECT_EQ(profile_errors(lines), fmt::format("{}\"{}\"", what, url));
  }
}

TEST(ConfigPolicyErrors, refuse_what_two_profiles_claim) {
  const std::string rest = "aaa = 'a'\ngroup_policy = 'g'\n";
  EXPECT_EQ(
      profile_errors(rest + "group_alias = 'A'\ngroup_url = '/a/'\ndefault = true\n[connection_profile.q]\n" +
                     rest + "group_alias = 'A'\ngroup_url = ['/b', '/a']\ndefault = true\n"),
      "f:18:15: 'group_alias' 'A' belongs to connection profile 'p' already\n"
      "f:19:20: 'group_url' '/a' belongs to connection profile 'p' already\n"
      "f:20:11: connection profile 'p' is the default already");
}

TEST(ConfigPolicyErrors, refuse_names_nobody_could_type) {
  const std::string rest = "aaa = 'a'\ngroup_policy = 'g'\n";
  EXPECT_EQ(
      profile_errors(rest + "[connection_profile.\"a\\nb\"]\n" + rest),
      "f:12:21: the name of a section must be 1 to 64 printable ASCII characters, no quotes or backslashes");
  EXPECT_EQ(profile_errors(rest + "[connection_profile.'Road warriors']\n" + rest), "no error");
}

TEST(ConfigPolicyErrors, refuse_durations_without_sense) {
  const std::string rekey =
      "f:9:9: 'rekey' must be a duration from \"1s\" to \"365d\" (s, m, h or d) or \"none\", not ";
  EXPECT_EQ(policy_errors("rekey = '366d'"), rekey + "\"366d\"");
  EXPECT_EQ(policy_errors("rekey = '5'"), rekey + "\"5\"");
  EXPECT_EQ(policy_errors("rekey = 'm'"), rekey + "\"m\"");
  EXPECT_EQ(policy_errors("rekey = '-1h'"), rekey + "\"-1h\"");
  EXPECT_EQ(policy_errors("rekey = '250ms'"), rekey + "\"250ms\"");
  EXPECT_EQ(policy_errors("rekey = 3600"), rekey + "3600");
  EXPECT_EQ(policy_errors("rekey = 3600.5"), rekey + "a fraction");
  EXPECT_EQ(policy_errors("rekey = 1979-05-27"), rekey + "a date or time");
  for (const std::string off : {"0", "'0'", "'0s'", "'none'", "'1s'", "'365d'"}) {
    EXPECT_EQ(policy_errors("rekey = " + off), "no error") << off;
  }
}

TEST(ConfigPolicyErrors, refuse_bad_values) {
  const std::string network =
      "must be a network such as \"10.0.0.0/8\" or \"fd00::/8\", with no bit set beyond its length, not ";
  EXPECT_EQ(policy_errors("split_include = ['10.1.0.0/8']"),
            "f:9:18: 'split_include' " + network + "\"10.1.0.0/8\"");
  EXPECT_EQ(policy_errors("split_exclude = [3]"), "f:9:18: 'split_exclude' " + network + "3");
  EXPECT_EQ(policy_errors("split_exclude = ['0.0.0.0/32', '192.168.0.1']"), "no error");
  EXPECT_EQ(policy_errors("dns = ['10.20.0.1', 'ns1']"), "f:9:21: 'dns' must be an IP address, not \"ns1\"");
  EXPECT_EQ(
      policy_errors("dns = ['1.1.1.1','1.1.1.2','1.1.1.3','1.1.1.4','1.1.1.5','1.1.1.6','1.1.1.7','1.1.1.8',"
                    "'1.1.1.9','1.1.1.10','1.1.1.11']"),
      "f:9:7: 'dns' must be a list of at most 10, not a list of 11");
  EXPECT_EQ(policy_errors("default_domain = '-x.example'"),
            "f:9:18: 'default_domain' must be a domain name such as \"example.com\", not \"-x.example\"");
  EXPECT_EQ(policy_errors("split_dns = ['a..b']"),
            "f:9:14: 'split_dns' must be a domain name such as \"example.com\", not \"a..b\"");
  EXPECT_EQ(
      policy_errors("banner = \"a\\u001b[2J\""),
      "f:9:10: 'banner' must be text of at most 3998 bytes without control characters, not \"a\\x1b[2J\"");
  EXPECT_EQ(policy_errors("banner = '" + std::string(3999, 'x') + "'").substr(0, 25),
            "f:9:10: 'banner' must be ");
  EXPECT_EQ(policy_errors("rekey_method = 'none'"),
            "f:9:16: 'rekey_method' must be \"ssl\" or \"new-tunnel\", not \"none\"");
  EXPECT_EQ(policy_errors("max_sessions_per_user = -1"),
            "f:9:25: 'max_sessions_per_user' must be a number from 0 to 1000000, not -1");
  EXPECT_EQ(policy_errors("at_session_limit = 'end'"),
            "f:9:20: 'at_session_limit' must be \"end-oldest\" or \"refuse\", not \"end\"");
}

TEST(ConfigPolicyErrors, refuse_client_profiles_that_clients_cannot_keep_or_tell_apart) {
  EXPECT_EQ(policy_errors("client_profile = 'a/corp.xml'\n[group_policy.h]\nclient_profile = 'a/corp.xml'"),
            "no error");
  EXPECT_EQ(
      policy_errors("client_profile = 'a/corp.xml'\n[group_policy.h]\nclient_profile = 'b/corp.xml'"),
      "f:11:18: 'b/corp.xml' has the same file name as 'a/corp.xml': clients tell profiles apart by it");
  EXPECT_EQ(policy_errors("client_profile = 'a.xml/corp'"),
            "f:9:18: 'client_profile' must have a file name that clients can keep it under: printable ASCII, "
            "at most 128 characters, .xml at the end, not 'corp'");
}

}  // namespace
}  // namespace sallyport::supervisor
