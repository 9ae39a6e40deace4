#include "client/script_environment.hpp"

#include <array>
#include <cstdlib>
#include <ranges>

#include <fmt/format.h>

#include "sys/program.hpp"

namespace sallyport::client {

namespace {

constexpr std::array<const char*, 11> kept{"HOME", "USER",  "LOGNAME",   "LANG",     "LC_ALL",  "TERM",
                                           "TZ",   "SHELL", "SUDO_USER", "SUDO_UID", "SUDO_GID"};

class Environment {
 public:
  void set(std::string_view name, std::string_view value) {
    if (!value.empty()) lines_.push_back(std::string(name) + "=" + std::string(value));
  }
  void set(std::string_view name, std::int64_t value) { set(name, std::to_string(value)); }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

std::string joined(const std::vector<Address>& addresses) {
  std::string text;
  for (const auto& address : addresses) text += (text.empty() ? "" : " ") + address.to_text();
  return text;
}

void set_ipv4(Environment& environment, const proto::HostSettings& settings) {
  if (!settings.ipv4) return;
  const auto& inner = *settings.ipv4;
  environment.set("INTERNAL_IP4_ADDRESS", inner.address().to_text());
  environment.set("INTERNAL_IP4_NETMASK", inner.netmask().to_text());
  environment.set("INTERNAL_IP4_NETMASKLEN", inner.length());
  environment.set("INTERNAL_IP4_NETADDR", inner.network().to_text());
}

void set_ipv6(Environment& environment, const proto::HostSettings& settings) {
  if (!settings.ipv6) return;
  environment.set("INTERNAL_IP6_ADDRESS", settings.ipv6->address().to_text());
  environment.set("INTERNAL_IP6_NETMASK", settings.ipv6->to_text());
}

// CISCO_SPLIT_INC and its relatives: a number, and variables for each route.
void set_routes(Environment& environment, const std::string& name, const std::vector<Prefix>& routes,
                Address::Family family) {
  int count = 0;
  for (const auto& route : routes) {
    if (route.address().family() != family) continue;
    const auto item = name + "_" + std::to_string(count++) + "_";
    environment.set(item + "ADDR", route.network().to_text());
    environment.set(item + "MASKLEN", route.length());
    if (family == Address::Family::v6) continue;
    environment.set(item + "MASK", route.netmask().to_text());
    for (const auto* rest : {"PROTOCOL", "SPORT", "DPORT"}) environment.set(item + rest, 0);
  }
  if (count > 0) environment.set(name, count);
}

void set_all_routes(Environment& environment, const proto::HostSettings& settings) {
  if (settings.ipv4) {
    set_routes(environment, "CISCO_SPLIT_INC", settings.split_include, Address::Family::v4);
    set_routes(environment, "CISCO_SPLIT_EXC", settings.split_exclude, Address::Family::v4);
  }
  if (settings.ipv6) {
    set_routes(environment, "CISCO_IPV6_SPLIT_INC", settings.split_include, Address::Family::v6);
    set_routes(environment, "CISCO_IPV6_SPLIT_EXC", settings.split_exclude, Address::Family::v6);
  }
}

}  // namespace

std::vector<std::string> script_environment(std::string_view reason, const proto::HostSettings& settings,
                                            const std::string& interface, pid_t pid) {
  Environment environment;
  environment.set("reason", reason);
  environment.set("VPNGATEWAY", settings.gateway.to_text());
  environment.set("VPNPID", pid);
  environment.set("TUNDEV", interface);
  if (settings.idle_timeout.count() > 0) environment.set("IDLE_TIMEOUT", settings.idle_timeout.count());
  set_ipv4(environment, settings);
  set_ipv6(environment, settings);
  // Under its IPv4 name also without IPv4: it is the interface's.
  if (settings.mtu != 0) environment.set("INTERNAL_IP4_MTU", settings.mtu);
  // Of both families: openconnect does so too, and scripts put IP6_DNS behind these again.
  environment.set("INTERNAL_IP4_DNS", joined(settings.dns));
  environment.set("INTERNAL_IP4_NBNS", joined(settings.nbns));
  environment.set("CISCO_DEF_DOMAIN", settings.default_domain);
  environment.set("CISCO_BANNER", settings.banner);
  environment.set("CISCO_PROXY_PAC", settings.proxy_pac_url);
  environment.set("CISCO_SPLIT_DNS", fmt::format("{}", fmt::join(settings.split_dns, ",")));
  set_all_routes(environment, settings);
  environment.set("CISCO_CSTP_OPTIONS", fmt::format("{}", fmt::join(settings.headers, "\n")));
  return environment.take();
}

std::vector<std::string> base_environment() {
  std::vector<std::string> environment;
  const char* path = std::getenv("PATH");
  environment.push_back(path != nullptr ? "PATH=" + std::string(path) : sys::standard_path());
  for (const char* name : kept) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

}  // namespace sallyport::client
