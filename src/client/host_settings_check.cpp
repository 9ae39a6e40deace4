#include "client/host_settings_check.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "proto/mtu.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_routes = 4096;
constexpr std::size_t max_servers = 64;
constexpr std::size_t max_domains = 256;
constexpr std::size_t max_headers = 8192;
constexpr std::size_t max_text = 16U << 10;

tl::unexpected<Error> refuse(const std::string& text) {
  return fail(ErrorKind::malformed, "the gateway's settings make no sense: " + text);
}

bool is_plain(std::string_view text, std::string_view also = "") {
  return text.size() <= max_text && std::ranges::all_of(text, [&](unsigned char c) {
           return (c >= ' ' && c != 0x7f) || also.find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

bool are_domain_names(std::string_view text) {
  const auto fits = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return text.size() <= max_text && std::ranges::all_of(split(text, ' '), [&](std::string_view name) {
           return name.empty() || (name.front() != '-' && std::ranges::all_of(name, fits));
         });
}

namespace {

bool is_host(const Address& address) {
  if (address.is_v6()) return address.bytes()[0] != 0xff && address != Address::v6({});
  const auto first = address.to_v4() >> 24;
  return first != 0 && first < 224;
}

Result<void> check_inner(const std::optional<Prefix>& inner, Address::Family family, const Address& gateway) {
  if (!inner) return {};
  const auto& address = inner->address();
  if (address.family() != family || !is_host(address) || address.is_loopback() || inner->length() == 0) {
    return refuse("no host can have the address " + inner->to_text());
  }
  // This machine would talk to itself instead of the gateway.
  if (address == gateway) return refuse("the address " + address.to_text() + " is the gateway's own");
  return {};
}

Result<void> check_lists(const proto::HostSettings& settings) {
  if (settings.split_include.size() > max_routes || settings.split_exclude.size() > max_routes) {
    return refuse("there are more than " + std::to_string(max_routes) + " routes");
  }
  if (settings.dns.size() > max_servers || settings.nbns.size() > max_servers) {
    return refuse("there are more than " + std::to_string(max_servers) + " DNS servers");
  }
  if (!std::ranges::all_of(settings.dns, is_host)) return refuse("a DNS server's address is no host's");
  if (settings.split_dns.size() > max_domains) {
    return refuse("there are more than " + std::to_string(max_domains) + " domains");
  }
  return {};
}

Result<void> check_texts(const proto::HostSettings& settings) {
  if (!are_domain_names(settings.default_domain)) {
    return refuse("'" + escape_for_log(settings.default_domain) + "' is no domain");
  }
  for (const auto& domain : settings.split_dns) {
    if (!are_domain_names(domain)) return refuse("'" + escape_for_log(domain) + "' is no domain");
  }
  if (!is_plain(settings.banner, "\n\t")) return refuse("the banner is not plain text");
  if (!is_plain(settings.proxy_pac_url)) return refuse("the proxy's URL is not plain text");
  if (settings.headers.size() > max_headers) return refuse("there are too many headers");
  for (const auto& header : settings.headers) {
    if (!is_plain(header)) return refuse("the header '" + escape_for_log(header, 60) + "' is not plain text");
  }
  return {};
}

}  // namespace

Result<void> check(const proto::HostSettings& settings) {
  if (!is_host(settings.gateway)) return refuse("no gateway is at " + settings.gateway.to_text());
  if (!settings.ipv4 && !settings.ipv6) return refuse("there is no address for the tunnel");
  TRY(check_inner(settings.ipv4, Address::Family::v4, settings.gateway));
  TRY(check_inner(settings.ipv6, Address::Family::v6, settings.gateway));
  if (settings.mtu < proto::min_ipv4_mtu) return refuse("the MTU is " + std::to_string(settings.mtu));
  if (settings.idle_timeout.count() < 0) return refuse("the idle timeout is negative");
  TRY(check_lists(settings));
  return check_texts(settings);
}

Result<void> check_gateways(const std::vector<Address>& gateways) {
  if (gateways.size() > proto::max_gateway_addresses) return refuse("the gateway has too many addresses");
  for (const auto& gateway : gateways) {
    if (!is_host(gateway)) return refuse("no gateway is at " + gateway.to_text());
  }
  return {};
}

}  // namespace sallyport::client
