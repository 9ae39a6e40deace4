#include "client/script_environment.hpp"

#include <cstdlib>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "client/host_samples_test.hpp"

namespace sallyport::client {

namespace {

class Variables {
 public:
  explicit Variables(const std::vector<std::string>& environment) {
    for (const auto& line : environment) {
      const auto equals = line.find('=');
      values_[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  explicit Variables(const proto::HostSettings& settings)
      : Variables(script_environment("connect", settings, "sally0", 4711)) {}
  // nothing: unset
  std::optional<std::string> operator[](const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace

TEST(ScriptEnvironment, names_reason_gateway_process_and_interface) {
  const Variables variables(sample_settings());
  EXPECT_EQ(variables["reason"], "connect");
  EXPECT_EQ(variables["VPNGATEWAY"], "192.0.2.1");
  EXPECT_EQ(variables["VPNPID"], "4711");
  EXPECT_EQ(variables["TUNDEV"], "sally0");
  const Variables before(script_environment("pre-init", sample_settings(), "", 1));
  EXPECT_EQ(before["reason"], "pre-init");
  EXPECT_EQ(before["TUNDEV"], std::nullopt);
}

TEST(ScriptEnvironment, gives_addresses_in_every_form) {
  const Variables variables(sample_settings());
  EXPECT_EQ(variables["INTERNAL_IP4_ADDRESS"], "10.9.0.5");
  EXPECT_EQ(variables["INTERNAL_IP4_NETMASK"], "255.255.255.0");
  EXPECT_EQ(variables["INTERNAL_IP4_NETMASKLEN"], "24");
  EXPECT_EQ(variables["INTERNAL_IP4_NETADDR"], "10.9.0.0");
  EXPECT_EQ(variables["INTERNAL_IP4_MTU"], "1400");
  EXPECT_EQ(variables["INTERNAL_IP6_ADDRESS"], "fd00:9::5");
  EXPECT_EQ(variables["INTERNAL_IP6_NETMASK"], "fd00:9::5/64");
}

TEST(ScriptEnvironment, leaves_out_a_family_that_is_not_there) {
  auto settings = sample_settings();
  settings.ipv4.reset();
  settings.split_include = prefixes({"10.0.0.0/8", "fd77::/32"});
  const Variables only_v6(settings);
  EXPECT_EQ(only_v6["INTERNAL_IP4_ADDRESS"], std::nullopt);
  EXPECT_EQ(only_v6["INTERNAL_IP4_MTU"], "1400");
  EXPECT_EQ(only_v6["CISCO_SPLIT_INC"], std::nullopt);
  EXPECT_EQ(only_v6["CISCO_IPV6_SPLIT_INC"], "1");
}

TEST(ScriptEnvironment, gives_servers_and_domains) {
  auto settings = sample_settings();
  settings.nbns = {address("10.9.0.2"), address("10.9.0.3")};
  settings.split_dns = {"corp.example", "lab.example"};
  const Variables variables(settings);
  EXPECT_EQ(variables["INTERNAL_IP4_DNS"], "10.9.0.1 fd00:9::1");
  EXPECT_EQ(variables["INTERNAL_IP4_NBNS"], "10.9.0.2 10.9.0.3");
  EXPECT_EQ(variables["CISCO_DEF_DOMAIN"], "corp.example");
  EXPECT_EQ(variables["CISCO_SPLIT_DNS"], "corp.example,lab.example");
}

TEST(ScriptEnvironment, the_default_route_is_meant_by_no_includes) {
  const Variables variables(sample_settings());
  for (const auto* name :
       {"CISCO_SPLIT_INC", "CISCO_SPLIT_EXC", "CISCO_IPV6_SPLIT_INC", "CISCO_IPV6_SPLIT_EXC"}) {
    EXPECT_EQ(variables[name], std::nullopt) << name;
  }
}

TEST(ScriptEnvironment, counts_routes_by_family_and_kind) {
  auto settings = sample_settings();
  settings.split_include = prefixes({"10.0.0.0/8", "fd77::/32", "172.16.99.0/12"});
  settings.split_exclude = prefixes({"fd77:1::/48", "10.1.2.3"});
  const Variables variables(settings);
  EXPECT_EQ(variables["CISCO_SPLIT_INC"], "2");
  EXPECT_EQ(variables["CISCO_SPLIT_INC_0_ADDR"], "10.0.0.0");
  EXPECT_EQ(variables["CISCO_SPLIT_INC_0_MASK"], "255.0.0.0");
  EXPECT_EQ(variables["CISCO_SPLIT_INC_0_MASKLEN"], "8");
  for (const auto* rest : {"PROTOCOL", "SPORT", "DPORT"}) {
    EXPECT_EQ(variables[std::string("CISCO_SPLIT_INC_0_") + rest], "0");
  }
  EXPECT_EQ(variables["CISCO_SPLIT_INC_1_ADDR"], "172.16.0.0");
  EXPECT_EQ(variables["CISCO_SPLIT_INC_1_MASK"], "255.240.0.0");
  EXPECT_EQ(variables["CISCO_SPLIT_EXC"], "1");
  EXPECT_EQ(variables["CISCO_SPLIT_EXC_0_ADDR"], "10.1.2.3");
  EXPECT_EQ(variables["CISCO_SPLIT_EXC_0_MASK"], "255.255.255.255");
  EXPECT_EQ(variables["CISCO_IPV6_SPLIT_INC"], "1");
  EXPECT_EQ(variables["CISCO_IPV6_SPLIT_INC_0_ADDR"], "fd77::");
  EXPECT_EQ(variables["CISCO_IPV6_SPLIT_INC_0_MASKLEN"], "32");
  EXPECT_EQ(variables["CISCO_IPV6_SPLIT_INC_0_MASK"], std::nullopt);
  EXPECT_EQ(variables["CISCO_IPV6_SPLIT_EXC_0_ADDR"], "fd77:1::");
}

TEST(ScriptEnvironment, gives_the_rest_as_it_was_said) {
  auto settings = sample_settings();
  EXPECT_EQ(Variables(settings)["IDLE_TIMEOUT"], std::nullopt);
  EXPECT_EQ(Variables(settings)["CISCO_BANNER"], std::nullopt);
  settings.banner = "Be\nnice";
  settings.proxy_pac_url = "http://proxy.example/pac";
  settings.idle_timeout = std::chrono::seconds(1800);
  settings.headers = {"X-CSTP-MTU=1400", "X-CSTP-Keep=true"};
  const Variables variables(settings);
  EXPECT_EQ(variables["CISCO_BANNER"], "Be\nnice");
  EXPECT_EQ(variables["CISCO_PROXY_PAC"], "http://proxy.example/pac");
  EXPECT_EQ(variables["IDLE_TIMEOUT"], "1800");
  EXPECT_EQ(variables["CISCO_CSTP_OPTIONS"], "X-CSTP-MTU=1400\nX-CSTP-Keep=true");
}

TEST(ScriptEnvironment, nothing_that_changes_how_programs_are_loaded_is_passed_on) {
  setenv("LD_LIBRARY_PATH", "/tmp", 1);
  setenv("BASH_ENV", "/tmp/x", 1);
  const Variables variables(base_environment());
  unsetenv("LD_LIBRARY_PATH");
  unsetenv("BASH_ENV");
  EXPECT_EQ(variables["LD_LIBRARY_PATH"], std::nullopt);
  EXPECT_EQ(variables["BASH_ENV"], std::nullopt);
  EXPECT_NE(variables["PATH"], std::nullopt);
}

}  // namespace sallyport::client
