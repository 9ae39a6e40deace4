#include "supervisor/config.hpp"

#include <gtest/gtest.h>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

Prefix prefix(std::string_view text) {
  return or_throw(Prefix::parse(text));
}

// A configuration in which every key has a value other than its default.
constexpr std::string_view full = R"([listen]
tcp = ["192.0.2.1:443", "[2001:db8::1]:443"]
udp = "192.0.2.1:4443"
admin = "127.0.0.1:8443"

[process]
gateway_user = "vpn"
keeper_user = 4711
authenticator_user = "4712"
control_threads = 2
workers = 4

[tls]
certificate = "server.pem"
private_key = "server.key"
client_ca = "ca.pem"
client_crl = "/etc/crl.pem"
legacy = true
dtls_ciphers = ["PSK-NEGOTIATE", "AES128-SHA"]
[[tls.key_pair]]
certificate = "ec.pem"
private_key = "ec.key"

[tunnel]
interface = "sally1"
address_pool = "10.20.0.0/16"
address_pool6 = "fd20::/64"
mtu = 1406
forwarding = true
tun_offload = false
udp_gso = false
coalesce_udp = false
dtls_crypto = "openssl"

[state]
directory = "state"

[aaa.local]
type = "file"
users = "users"
otp = "users.oath"

[connection_profile.Guests]
group_policy = "staff"
aaa = "local"

[connection_profile.Employees]
group_alias = "Employees"
group_url = ["/staff", "/home/"]
default = true
authentication = ["certificate", "password", "otp"]
certificate_user = "upn"
aaa = "local"
group_policy = "staff"

[group_policy.staff]
banner = """
Welcome
back"""
dns = ["10.20.0.1", "fd20::1"]
default_domain = "example.com"
split_include = ["10.0.0.0/8", "192.168.1.0/255.255.255.0"]
split_exclude = ["10.9.0.0/16"]
split_dns = ["example.com", "corp.internal"]
idle_timeout = "1h"
session_timeout = "12h"
dpd = "15s"
keepalive = "none"
rekey = "4h"
rekey_method = "ssl"
client_profile = "corp.xml"
max_sessions_per_user = 3
at_session_limit = "refuse"
)";

constexpr std::string_view least = R"([tls]
certificate = "c"
private_key = "k"
[tunnel]
address_pool = "10.20.0.0/16"
[aaa.a]
users = "u"
[connection_profile.p]
aaa = "a"
group_policy = "g"
[group_policy.g]
)";

Config parse(std::string_view text) {
  auto config = parse_config(text, "gateway.toml");
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().text);
  return config ? *config : Config{};
}

// The example of the interface's description, as it stands there.
constexpr std::string_view example = R"([listen]
tcp = "192.0.2.1:443"          # or a list; "[::]:443" takes both families
udp = "192.0.2.1:443"          # "" switches DTLS off
admin = "unix:/run/sallyport/admin.sock"   # the admin API; also "127.0.0.1:8443"
[process]
[tls]
certificate = "server.pem"     # PEM chain
private_key = "server.key"
client_ca = "ca.pem"           # its names go into the client certificate request
[tunnel]
interface = "sally0"
address_pool = "10.20.0.0/16"   # the first host address, 10.20.0.1, is the gateway's own on the interface
address_pool6 = "fd20::/64"      # likewise fd20::1
mtu = 1406                     # optional upper bound of the inner MTU
forwarding = true              # optional; sets forwarding on this interface
[state]
directory = "/var/lib/sallyport"       # sessions, leases, audit (embedded SQLite); default
[aaa.local]
type = "file"                  # file | pam | radius | ldap | …
users = "users"                # user:group1,group2:crypt(3) hash, the format of ocpasswd
otp = "users.oath"             # optional; TOTP/HOTP secrets in the users.oath format of liboath
[connection_profile.Employees] # ASA's tunnel-group
group_alias = "Employees"
group_url = ["/staff"]         # optional; selects the profile, no list shown
default = true
authentication = ["password"]  # password | certificate | otp; all of the list, in its order
aaa = "local"
group_policy = "staff"
[group_policy.staff]
banner = "Welcome"
dns = ["10.20.0.1"]
default_domain = "example.com"
split_include = ["10.0.0.0/8"] # absent: tunnel all
split_exclude = []
split_dns = []
idle_timeout = "30m"
session_timeout = "12h"
dpd = "30s"
keepalive = "20s"
rekey = "4h"
rekey_method = "ssl"           # ssl | new-tunnel; DTLS never announces ssl
client_profile = "corp.xml"    # pushed by the downloader
max_sessions_per_user = 0      # 0: no limit
)";

TEST(Config, reads_the_example_of_its_description) {
  const auto config = parse(example);
  EXPECT_EQ(config.listen.tcp,
            (std::vector<Located<Endpoint>>{{or_throw(Endpoint::parse("192.0.2.1:443")), {2, 7}}}));
  EXPECT_EQ(config.listen.udp.at(0).value, config.listen.tcp.at(0).value);
  EXPECT_EQ(std::get<UnixPath>(config.listen.admin.value).path, "/run/sallyport/admin.sock");
  ASSERT_EQ(config.tls.key_pairs.size(), 1U);
  EXPECT_EQ(config.tls.key_pairs[0].private_key.value, "server.key");
  EXPECT_EQ(config.tls.client_ca.value, "ca.pem");
  EXPECT_EQ(config.tunnel.interface.value, "sally0");
  EXPECT_EQ(config.tunnel.address_pool.value, prefix("10.20.0.0/16"));
  EXPECT_EQ(config.tunnel.address_pool6.value, prefix("fd20::/64"));
  EXPECT_EQ(config.tunnel.mtu.value, 1406);
  EXPECT_TRUE(config.tunnel.forwarding);
  EXPECT_EQ(config.state.directory.value, "/var/lib/sallyport");
  EXPECT_EQ(config.aaa.at("local").type, AaaType::file);
  EXPECT_EQ(config.aaa.at("local").otp.value, "users.oath");
  const auto& profile = default_profile(config);
  EXPECT_EQ(profile.name, "Employees");
  EXPECT_EQ(profile.group_alias.value, "Employees");
  EXPECT_EQ(profile.group_url.at(0).value, "/staff");
  EXPECT_EQ(profile.authentication.value, std::vector{Method::password});
  EXPECT_FALSE(profile.certificate_user);
  const auto& policy = config.group_policies.at(profile.group_policy.value);
  EXPECT_EQ(policy.banner, "Welcome");
  EXPECT_EQ(policy.dns, std::vector{or_throw(Address::parse("10.20.0.1"))});
  EXPECT_EQ(policy.split_include, std::vector{prefix("10.0.0.0/8")});
  EXPECT_TRUE(policy.split_exclude.empty() && policy.split_dns.empty());
  EXPECT_EQ(policy.idle_timeout, 30min);
  EXPECT_EQ(policy.session_timeout, 12h);
  EXPECT_EQ(policy.rekey, 4h);
  EXPECT_EQ(policy.rekey_method, RekeyMethod::ssl);
  EXPECT_EQ(policy.client_profile.value, "corp.xml");
  EXPECT_EQ(policy.max_sessions_per_user, 0U);
}

TEST(Config, reads_every_section_before_the_policies) {
  const auto config = parse(full);
  ASSERT_EQ(config.listen.tcp.size(), 2U);
  EXPECT_EQ(config.listen.tcp[0].value.to_text(), "192.0.2.1:443");
  EXPECT_EQ(config.listen.tcp[1].value.to_text(), "[2001:db8::1]:443");
  EXPECT_EQ(config.listen.tcp[1].at, (Position{2, 25}));
  ASSERT_EQ(config.listen.udp.size(), 1U);
  EXPECT_EQ(config.listen.udp[0].value.port, 4443);
  EXPECT_EQ(std::get<Endpoint>(config.listen.admin.value).to_text(), "127.0.0.1:8443");

  EXPECT_EQ(config.process.gateway_user.value, (User{"vpn", 0}));
  EXPECT_EQ(config.process.keeper_user.value, (User{"", 4711}));
  EXPECT_EQ(config.process.authenticator_user.value, (User{"", 4712}));
  EXPECT_EQ(config.process.control_threads, 2);
  EXPECT_EQ(config.process.workers.value, 4);

  ASSERT_EQ(config.tls.key_pairs.size(), 2U);
  EXPECT_EQ(config.tls.key_pairs[0].certificate, (Located<std::string>{"server.pem", {14, 15}}));
  EXPECT_EQ(config.tls.key_pairs[0].private_key.value, "server.key");
  EXPECT_EQ(config.tls.key_pairs[1].certificate.value, "ec.pem");
  EXPECT_EQ(config.tls.key_pairs[1].private_key, (Located<std::string>{"ec.key", {22, 15}}));
  EXPECT_EQ(config.tls.client_ca.value, "ca.pem");
  EXPECT_EQ(config.tls.client_crl.value, "/etc/crl.pem");
  EXPECT_TRUE(config.tls.legacy);
  ASSERT_EQ(config.tls.dtls_ciphers.size(), 2U);
  EXPECT_EQ(config.tls.dtls_ciphers[1].value, "AES128-SHA");

  EXPECT_EQ(config.tunnel.interface.value, "sally1");
  EXPECT_EQ(config.tunnel.address_pool.value, prefix("10.20.0.0/16"));
  EXPECT_EQ(config.tunnel.address_pool6.value, prefix("fd20::/64"));
  EXPECT_EQ(config.tunnel.mtu.value, 1406);
  EXPECT_TRUE(config.tunnel.forwarding);
  EXPECT_FALSE(config.tunnel.tun_offload || config.tunnel.udp_gso || config.tunnel.coalesce_udp);
  EXPECT_EQ(config.tunnel.dtls_crypto, DtlsCrypto::openssl);
  EXPECT_EQ(config.state.directory.value, "state");
  EXPECT_EQ(config.aaa.at("local").users.value, "users");
  EXPECT_EQ(config.aaa.at("local").otp.value, "users.oath");
}

TEST(Config, reads_profiles_in_the_order_of_the_file) {
  const auto config = parse(full);
  ASSERT_EQ(config.connection_profiles.size(), 2U);
  EXPECT_EQ(config.connection_profiles[0].name, "Guests");
  const auto& profile = config.connection_profiles[1];
  EXPECT_EQ(profile.name, "Employees");
  EXPECT_EQ(profile.at, (Position{47, 21}));
  EXPECT_EQ(profile.group_alias.value, "Employees");
  ASSERT_EQ(profile.group_url.size(), 2U);
  EXPECT_EQ(profile.group_url[0].value, "/staff");
  EXPECT_EQ(profile.group_url[1].value, "/home");
  EXPECT_EQ(profile.authentication.value, (std::vector{Method::certificate, Method::password, Method::otp}));
  EXPECT_EQ(profile.certificate_user, CertificateUser::upn);
  EXPECT_EQ(profile.aaa.value, "local");
  EXPECT_EQ(profile.group_policy.value, "staff");
  EXPECT_EQ(&default_profile(config), &profile);
}

TEST(Config, reads_a_group_policy) {
  const auto config = parse(full);
  GroupPolicy expected;
  expected.banner = "Welcome\nback";
  expected.dns = {or_throw(Address::parse("10.20.0.1")), or_throw(Address::parse("fd20::1"))};
  expected.default_domain = "example.com";
  expected.split_include = {prefix("10.0.0.0/8"), prefix("192.168.1.0/24")};
  expected.split_exclude = {prefix("10.9.0.0/16")};
  expected.split_dns = {"example.com", "corp.internal"};
  expected.idle_timeout = 1h;
  expected.session_timeout = 12h;
  expected.dpd = 15s;
  expected.keepalive = 0s;
  expected.rekey = 4h;
  expected.rekey_method = RekeyMethod::ssl;
  expected.client_profile = {"corp.xml", {71, 18}};
  expected.max_sessions_per_user = 3;
  expected.at_session_limit = AtSessionLimit::refuse;
  EXPECT_EQ(config.group_policies.at("staff"), expected);
}

TEST(Config, has_defaults_for_whatever_is_absent) {
  const auto config = parse(least);
  ASSERT_EQ(config.listen.tcp.size(), 1U);
  EXPECT_EQ(config.listen.tcp[0].value.to_text(), "[::]:443");
  EXPECT_EQ(config.listen.udp, config.listen.tcp);
  EXPECT_EQ(std::get<UnixPath>(config.listen.admin.value).path, "/run/sallyport/admin.sock");
  EXPECT_EQ(config.process, Process{});
  ASSERT_EQ(config.tls.dtls_ciphers.size(), 6U);
  EXPECT_EQ(config.tls.dtls_ciphers.front().value, "PSK-NEGOTIATE");
  EXPECT_EQ(config.tls.dtls_ciphers.back().value, "OC-DTLS1_2-AES128-GCM");
  EXPECT_EQ(config.tunnel.interface.value, "sally0");
  EXPECT_FALSE(config.tunnel.address_pool6.value);
  EXPECT_TRUE(config.tunnel.tun_offload && config.tunnel.udp_gso && config.tunnel.coalesce_udp);
  EXPECT_EQ(config.state.directory.value, "/var/lib/sallyport");
  EXPECT_EQ(config.connection_profiles[0].authentication.value, std::vector{Method::password});
  EXPECT_TRUE(config.connection_profiles[0].is_default.value) << "the first is, if none says so";
  const auto& policy = config.group_policies.at("g");
  EXPECT_EQ(policy.idle_timeout, 30min);
  EXPECT_EQ(policy.session_timeout, 0s);
  EXPECT_EQ(policy.dpd, 30s);
  EXPECT_EQ(policy.keepalive, 20s);
  EXPECT_EQ(policy.rekey, 24h);
  EXPECT_EQ(policy.rekey_method, RekeyMethod::new_tunnel);
  EXPECT_EQ(policy.max_sessions_per_user, 0U);
  EXPECT_EQ(policy.at_session_limit, AtSessionLimit::end_oldest);
}

TEST(Config, adds_cbc_to_the_default_ciphers_with_legacy) {
  const auto config = parse("tls.legacy = true\ntls.certificate = 'c'\ntls.private_key = 'k'\n" +
                            std::string(least.substr(least.find("[tunnel]"))));
  ASSERT_EQ(config.tls.dtls_ciphers.size(), 10U);
  EXPECT_EQ(config.tls.dtls_ciphers.back().value, "AES128-SHA");
}

TEST(Config, switches_dtls_off_with_an_empty_udp) {
  const auto config = parse("listen.udp = ''\n" + std::string(least));
  EXPECT_TRUE(config.listen.udp.empty());
  EXPECT_EQ(config.listen.tcp.size(), 1U);
}

TEST(Config, takes_udp_from_tcp_unless_told) {
  const auto config = parse("listen.tcp = '192.0.2.1:8443'\n" + std::string(least));
  ASSERT_EQ(config.listen.udp.size(), 1U);
  EXPECT_EQ(config.listen.udp[0].value.to_text(), "192.0.2.1:8443");
}

TEST(Config, makes_relative_paths_relative_to_its_folder) {
  auto config = parse(full);
  config.listen.admin.value = UnixPath{"run/admin.sock"};
  resolve_paths(config, "/etc/sallyport");
  EXPECT_EQ(std::get<UnixPath>(config.listen.admin.value).path, "/etc/sallyport/run/admin.sock");
  EXPECT_EQ(config.tls.key_pairs[0].certificate.value, "/etc/sallyport/server.pem");
  EXPECT_EQ(config.tls.key_pairs[1].private_key.value, "/etc/sallyport/ec.key");
  EXPECT_EQ(config.tls.client_ca.value, "/etc/sallyport/ca.pem");
  EXPECT_EQ(config.tls.client_crl.value, "/etc/crl.pem");
  EXPECT_EQ(config.state.directory.value, "/etc/sallyport/state");
  EXPECT_EQ(config.aaa.at("local").users.value, "/etc/sallyport/users");
  EXPECT_EQ(config.aaa.at("local").otp.value, "/etc/sallyport/users.oath");
  EXPECT_EQ(config.group_policies.at("staff").client_profile.value, "/etc/sallyport/corp.xml");
}

TEST(Config, leaves_absent_paths_absent) {
  auto config = parse(least);
  resolve_paths(config, "/etc/sallyport");
  EXPECT_EQ(config.tls.client_ca.value, "");
  EXPECT_EQ(config.aaa.at("a").otp.value, "");
  EXPECT_EQ(config.group_policies.at("g").client_profile.value, "");
  EXPECT_EQ(config.state.directory.value, "/var/lib/sallyport");
}

TEST(Config, the_state_folder_may_be_written_with_a_slash_at_its_end) {
  Config config;
  config.state.directory.value = "state/";
  resolve_paths(config, "/etc/sallyport");
  EXPECT_EQ(config.state.directory.value, "/etc/sallyport/state");
}

TEST(Config, tells_later_errors_with_the_place_of_the_value) {
  const auto config = parse(full);
  const auto error = fail_at(config, config.tls.key_pairs[0].private_key.at, "does not match");
  EXPECT_EQ(error.value().text, "gateway.toml:15:15: does not match");
}

TEST(Config, gives_the_gateway_the_first_host_address) {
  EXPECT_EQ(proto::gateway_address(prefix("10.20.0.0/16")).to_text(), "10.20.0.1");
  EXPECT_EQ(proto::gateway_address(prefix("fd20::/64")).to_text(), "fd20::1");
}

TEST(Config, has_a_demo_that_parses) {
  const auto config = parse(demo_config());
  EXPECT_EQ(config.connection_profiles.size(), 2U);
  EXPECT_EQ(default_profile(config).name, "Employees");
}

}  // namespace
}  // namespace sallyport::supervisor
