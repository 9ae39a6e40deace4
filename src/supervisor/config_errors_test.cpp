#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "supervisor/config.hpp"

namespace sallyport::supervisor {
namespace {

// What a configuration needs in each section for the tests below to be about one thing.
const std::string tls = "[tls]\ncertificate = 'c'\nprivate_key = 'k'\n";
const std::string tunnel = "[tunnel]\naddress_pool = '10.20.0.0/16'\n";
const std::string aaa = "[aaa.a]\nusers = 'u'\n";
const std::string profile = "[connection_profile.p]\naaa = 'a'\ngroup_policy = 'g'\n";
const std::string policy = "[group_policy.g]\n";
const std::string rest = tls + tunnel + aaa + profile + policy;  // 11 lines

std::string errors(const std::string& text) {
  const auto config = parse_config(text, "f");
  return config ? "no error" : config.error().text;
}

TEST(ConfigErrors, none_in_the_text_the_others_are_built_on) {
  EXPECT_EQ(errors(rest), "no error");
}

TEST(ConfigErrors, tell_where_the_syntax_is_wrong) {
  EXPECT_TRUE(errors("[listen]\ntcp = \n").starts_with("f:2:7: ")) << errors("[listen]\ntcp = \n");
  EXPECT_TRUE(errors("[listen]\ntcp = 'a'\ntcp = 'b'\n").starts_with("f:3:"))
      << errors("[listen]\ntcp = 'a'\ntcp = 'b'\n");
}

TEST(ConfigErrors, suggest_the_key_that_was_meant) {
  EXPECT_EQ(errors(rest + "[process]\nwrokers = 2\n"),
            "f:13:1: unknown key 'wrokers'; did you mean 'workers'?");
  EXPECT_EQ(errors(rest + "[process]\ncolour = 2\n"), "f:13:1: unknown key 'colour'");
  EXPECT_EQ(errors(rest + "[lisen]\n"), "f:12:2: unknown section 'lisen'; did you mean 'listen'?");
}

TEST(ConfigErrors, are_told_all_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(errors("[process]\nworkers = 0\nuser = 3\n" + tls +
                   "[tunnel]\nmtu = '1400'\naddress_pool = '10.0.0.0/8'\n" + aaa + profile + policy),
            "f:2:11: 'workers' must be a number from 1 to 64, not 0\n"
            "f:3:1: unknown key 'user'\n"
            "f:8:7: 'mtu' must be a number from 576 to 16384, not \"1400\"");
}

TEST(ConfigErrors, say_what_a_section_is) {
  EXPECT_EQ(errors("listen = 3\n" + rest), "f:1:10: this must be a section, written [listen]");
  EXPECT_EQ(errors("process = ''\n" + rest), "f:1:11: this must be a section, written [process]");
  EXPECT_EQ(errors(rest + "[[listen]]\n"), "f:12:1: this must be a section, written [listen]");
  EXPECT_EQ(
      errors(rest + "[state]\ndirectory = 3\n[listen]\nadmin = []\n"),
      "f:13:13: 'directory' must be the name of a file or folder, not 3\n"
      "f:15:9: 'admin' must be \"unix:PATH\" or a port of the machine itself such as \"127.0.0.1:8443\", "
      "not a list of 0");
  EXPECT_EQ(errors("aaa.type = 'file'\n" + tls + tunnel + profile + policy),
            "f:1:5: 'type' must stand in a section [aaa.NAME]\n"
            "f:8:7: there is no [aaa.a]");
}

TEST(ConfigErrors, refuse_addresses_that_cannot_be_listened_on) {
  const std::string what = "must be an address and port such as \"192.0.2.1:443\" or \"[::]:443\", not ";
  EXPECT_EQ(errors("listen.tcp = '192.0.2.1'\n" + rest), "f:1:14: 'tcp' " + what + "\"192.0.2.1\"");
  EXPECT_EQ(errors("listen.tcp = '192.0.2.1:0'\n" + rest), "f:1:14: 'tcp' " + what + "\"192.0.2.1:0\"");
  EXPECT_EQ(errors("listen.tcp = ['192.0.2.1:443', 'x:443']\n" + rest),
            "f:1:32: 'tcp' " + what + "\"x:443\"");
  EXPECT_EQ(errors("listen.tcp = ['192.0.2.1:443', '192.0.2.1:443']\n" + rest),
            "f:1:32: this stands in the list twice");
  EXPECT_EQ(errors("listen.tcp = \"192.0.2.1\\u0000:443\"\n" + rest),
            "f:1:14: 'tcp' " + what + "\"192.0.2.1\\x00:443\"");
}

TEST(ConfigErrors, refuse_udp_without_tcp) {
  EXPECT_EQ(errors("listen.tcp = ''\nlisten.udp = '192.0.2.1:443'\n" + rest),
            "f:1:14: 'tcp' must be a list of 1 to 16, not \"\"");
  EXPECT_EQ(errors("listen.tcp = []\n" + rest), "f:1:14: 'tcp' must be a list of 1 to 16, not a list of 0");
}

TEST(ConfigErrors, refuse_an_admin_api_that_others_can_reach) {
  const std::string what =
      "f:1:16: 'admin' must be \"unix:PATH\" or a port of the machine itself such as \"127.0.0.1:8443\", "
      "not ";
  EXPECT_EQ(errors("listen.admin = '0.0.0.0:8443'\n" + rest), what + "\"0.0.0.0:8443\"");
  EXPECT_EQ(errors("listen.admin = 'unix:'\n" + rest), what + "\"unix:\"");
  EXPECT_EQ(errors("listen.admin = '/run/admin.sock'\n" + rest), what + "\"/run/admin.sock\"");
  EXPECT_EQ(errors("listen.admin = '[::1]:8443'\n" + rest), "no error");
}

TEST(ConfigErrors, refuse_root_and_shared_users_for_processes) {
  const std::string what = "must be the name or number of a user other than root, not ";
  EXPECT_EQ(errors("process.gateway_user = 'root'\n" + rest), "f:1:24: 'gateway_user' " + what + "\"root\"");
  EXPECT_EQ(errors("process.gateway_user = 0\n" + rest), "f:1:24: 'gateway_user' " + what + "0");
  EXPECT_EQ(errors("process.keeper_user = -1\n" + rest), "f:1:23: 'keeper_user' " + what + "-1");
  EXPECT_EQ(errors("process.keeper_user = 'a b'\n" + rest), "f:1:23: 'keeper_user' " + what + "\"a b\"");
  EXPECT_EQ(errors("process.keeper_user = 5\nprocess.gateway_user = '5'\n" + rest),
            "f:1:23: this must be another user than 'gateway_user'");
  EXPECT_EQ(errors("process.control_threads = 65\n" + rest),
            "f:1:27: 'control_threads' must be a number from 1 to 64, not 65");
}

TEST(ConfigErrors, want_whole_key_pairs) {
  const std::string others = tunnel + aaa + profile + policy;
  EXPECT_EQ(errors(others), "f:1:1: [tls] needs 'certificate' and 'private_key'");
  EXPECT_EQ(errors(others + "[tls]\n"), "f:9:2: [tls] needs 'certificate' and 'private_key'");
  EXPECT_EQ(errors(others + "[tls]\ncertificate = 'c'\n"), "f:10:15: 'certificate' needs 'private_key'");
  EXPECT_EQ(errors(others + "[tls]\nprivate_key = 'k'\n"), "f:10:15: 'private_key' needs 'certificate'");
  EXPECT_EQ(errors(rest + "[[tls.key_pair]]\n"),
            "f:12:1: [[tls.key_pair]] needs 'certificate' and 'private_key'");
  EXPECT_EQ(errors(rest + "[[tls.key_pair]]\ncertificate = ''\nprivate_key = 'k'\n"),
            "f:13:15: 'certificate' must be the name of a file or folder, not \"\"");
  EXPECT_EQ(errors(others + "[tls.key_pair]\n"),
            "f:9:1: this must be a section, written [[tls.key_pair]]\n"
            "f:9:2: [tls] needs 'certificate' and 'private_key'");
}

TEST(ConfigErrors, want_a_ca_for_the_revocation_list) {
  EXPECT_EQ(errors("tls.client_crl = 'x'\ntls.certificate = 'c'\ntls.private_key = 'k'\n" + tunnel + aaa +
                   profile + policy),
            "f:1:18: 'client_crl' needs 'client_ca'");
}

TEST(ConfigErrors, refuse_dtls_ciphers_that_are_unknown_or_old) {
  EXPECT_EQ(errors(tls + "dtls_ciphers = ['AES256-GCM-SHA348']\n" + tunnel + aaa + profile + policy),
            "f:4:17: unknown DTLS cipher 'AES256-GCM-SHA348'; did you mean 'AES256-GCM-SHA384'?");
  EXPECT_EQ(
      errors(tls + "dtls_ciphers = ['PSK-NEGOTIATE', 'AES256-SHA']\n" + tunnel + aaa + profile + policy),
      "f:4:34: 'AES256-SHA' needs legacy = true");
  EXPECT_EQ(errors(tls + "legacy = 1\n" + tunnel + aaa + profile + policy),
            "f:4:10: 'legacy' must be true or false, not 1");
  EXPECT_EQ(errors(tls + "dtls_ciphers = []\n" + tunnel + aaa + profile + policy),
            "f:4:16: 'dtls_ciphers' must be a list of 1 to 13, not a list of 0");
}

TEST(ConfigErrors, refuse_interface_names_the_kernel_would_refuse) {
  const std::string before = tls + aaa + profile + policy + "[tunnel]\naddress_pool = '10.1.0.0/16'\n";
  const std::string what =
      "f:12:13: 'interface' must be the name of a network interface, at most 15 characters, not ";
  for (const auto* name : {"", ".", "a/b", "a b", "sally%d", "sixteen-letters-"}) {
    EXPECT_EQ(errors(fmt::format("{}interface = '{}'\n", before, name)), fmt::format("{}\"{}\"", what, name));
  }
}

TEST(ConfigErrors, refuse_pools_that_cannot_work) {
  const auto with_pool = [](const std::string& line) {
    return errors(tls + aaa + profile + policy + "[tunnel]\n" + line + "\n");
  };
  for (const std::string pool : {"10.20.0.1/16", "10.20.0.0", "10.20.0.0/31", "127.0.0.0/16", "0.0.0.0/0",
                                 "fd20::/64", "224.0.0.0/8", "10.20.0.0/33", "pool"}) {
    EXPECT_EQ(with_pool("address_pool = '" + pool + "'"),
              "f:11:16: 'address_pool' must be an IPv4 network such as \"10.20.0.0/16\" with a length of at "
              "most 30, no "
              "bit set beyond it and none of the special ranges, not \"" +
                  pool + "\"");
  }
  for (const std::string pool :
       {"fd20::1/64", "fe80::/64", "ff00::/16", "::/96", "10.0.0.0/8", "fd20::/127"}) {
    EXPECT_TRUE(
        with_pool("address_pool6 = '" + pool + "'").starts_with("f:11:17: 'address_pool6' must be an IPv6"))
        << pool;
  }
  EXPECT_EQ(with_pool(""), "f:10:2: [tunnel] needs 'address_pool' or 'address_pool6'");
  EXPECT_EQ(with_pool("address_pool6 = 'fd20::/64'"), "no error");
}

TEST(ConfigErrors, keep_the_outer_address_out_of_the_pool) {
  EXPECT_EQ(errors("listen.tcp = '10.20.0.9:443'\nlisten.udp = ''\n" + rest),
            "f:1:14: 10.20.0.9 lies inside the address pool 10.20.0.0/16");
}

TEST(ConfigErrors, want_at_least_1280_bytes_for_ipv6) {
  EXPECT_EQ(errors(tls + aaa + profile + policy + "[tunnel]\naddress_pool6 = 'fd20::/64'\nmtu = 1279\n"),
            "f:12:7: 'mtu' must be at least 1280 with 'address_pool6'");
  EXPECT_EQ(errors(tls + aaa + profile + policy + "[tunnel]\naddress_pool = '10.0.0.0/8'\nmtu = 1279\n"),
            "no error");
}

TEST(ConfigErrors, name_what_this_build_does_not_support_yet) {
  EXPECT_EQ(errors(rest + "[state]\nstore = 'redis://:secret@host:6379/0'\n"),
            "f:13:9: store \"redis://\" is not supported by this build yet");
  const std::string before = tls + tunnel + profile + policy + "[aaa.a]\n";
  for (const auto* type : {"pam", "radius", "ldap"}) {
    EXPECT_EQ(errors(fmt::format("{}type = '{}'\nserver = '192.0.2.9'\n", before, type)),
              fmt::format("f:11:8: type \"{}\" is not supported by this build yet", type));
  }
  EXPECT_EQ(errors(rest + "[state]\nstore = 'oracle'\n"),
            "f:13:9: 'store' must be absent: sessions are kept in 'directory'");
  EXPECT_EQ(errors(tls + tunnel + profile + policy + "[aaa.a]\ntype = 'magic'\nusers = 'u'\n"),
            "f:11:8: 'type' must be \"file\", not \"magic\"");
}

TEST(ConfigErrors, want_a_password_file) {
  EXPECT_EQ(errors(tls + tunnel + profile + policy + "[aaa.a]\n"), "f:10:6: [aaa.a] needs 'users'");
}

TEST(ConfigErrors, have_limits_of_number) {
  std::string pairs;
  for (int i = 0; i < 16; ++i) pairs += "[[tls.key_pair]]\ncertificate = 'c'\nprivate_key = 'k'\n";
  EXPECT_EQ(errors(rest + pairs), "no error");
  EXPECT_EQ(errors(rest + pairs + "[[tls.key_pair]]\n"), "f:60:1: more than 16 key pairs");

  std::string back_ends;
  for (int i = 0; i < 63; ++i) back_ends += "[aaa.b" + std::to_string(i) + "]\nusers = 'u'\n";
  EXPECT_EQ(errors(rest + back_ends), "no error");
  EXPECT_TRUE(
      errors(rest + back_ends + "[aaa.c]\n").starts_with("f:6:2: more than 64 sections [aaa.NAME]\n"));

  std::string keys = "[process]\n";
  for (int i = 0; i < 110; ++i) keys += "zz" + std::to_string(i) + " = 1\n";
  const auto text = errors(rest + keys);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 100);
  EXPECT_TRUE(text.ends_with("\nf:113:1: 10 more errors follow")) << text.substr(text.size() - 60);
}

}  // namespace
}  // namespace sallyport::supervisor
