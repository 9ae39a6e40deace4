#include "client/network_settings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/host_routes.hpp"
#include "client/host_settings_check.hpp"
#include "client/terminal_text.hpp"
#include "proto/mtu.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::client {

namespace {

// All settings go to the front in one message.
bool fits(const proto::HostSettings& settings) {
  const proto::ConnectionMessage message = proto::ConfigureHost{settings};
  return proto::encode(message).size() <= sys::max_message_size;
}

struct Kept {
  bool ipv4;
  bool ipv6;
  bool keeps(const Address& address) const { return address.is_v4() ? ipv4 : ipv6; }
};

void add_addresses(std::vector<Address>& to, const std::vector<Address>& from, Kept kept) {
  for (const auto& address : from) {
    if (kept.keeps(address) && std::ranges::find(to, address) == to.end()) to.push_back(address);
  }
}

void add_prefixes(std::vector<Prefix>& to, const std::vector<Prefix>& from, Kept kept) {
  for (const auto& prefix : from) {
    if (kept.keeps(prefix.address()) && !is_local_network(prefix)) to.push_back(prefix);
  }
}

std::vector<std::string> header_lines(const proto::HeaderList& headers) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : headers) {
    const bool ours = starts_with_ignoring_case(name, "X-CSTP-") || starts_with_ignoring_case(name, "X-DTLS");
    const bool secret = is_dtls_id(name) || starts_with_ignoring_case(name, "X-CSTP-Post-Auth-XML");
    if (ours && !secret) lines.push_back(terminal_line(name + '=' + value));
  }
  return lines;
}

// Gateways separate several search domains by commas or semicolons; the machine and scripts by blanks.
std::string domains_of(std::string text) {
  std::ranges::replace_if(
      text, [](char character) { return character == ',' || character == ';'; }, ' ');
  return text;
}

// A name that no machine takes costs itself, not the connection. "*.corp" means what lies below corp.
void add_domains(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (std::string_view name : from) {
    if (name.starts_with("*.")) name.remove_prefix(2);
    if (!name.empty() && are_domain_names(name)) to.emplace_back(name);
  }
}

std::string banner_of(const proto::ConnectReply& reply, std::string login_banner) {
  std::string banner = std::move(login_banner);
  if (!banner.empty()) return terminal_text(banner);
  for (const auto& line : reply.banner) banner += (banner.empty() ? "" : "\n") + line;
  return terminal_text(banner);
}

std::uint16_t bounded(std::uint16_t mtu, const ConnectOptions& options) {
  return options.mtu > 0 ? std::min(mtu, options.mtu) : mtu;
}

}  // namespace

bool is_dtls_id(std::string_view header) {
  return starts_with_ignoring_case(header, "X-DTLS-Session-ID") ||
         starts_with_ignoring_case(header, "X-DTLS-App-ID");
}

std::uint16_t interface_mtu(const proto::ConnectReply& reply, const ConnectOptions& options) {
  return bounded(reply.dtls_mtu > 0 ? reply.dtls_mtu : reply.mtu, options);
}

std::optional<std::uint16_t> mtu_without_dtls(const proto::ConnectReply& reply,
                                              const ConnectOptions& options) {
  if (reply.dtls_mtu == 0 || reply.mtu == 0) return std::nullopt;
  return bounded(reply.mtu, options);
}

Result<proto::HostSettings> network_settings(const Agreement& agreement, std::uint16_t mtu,
                                             const ConnectOptions& options) {
  const auto& [reply, headers, gateway, banner] = agreement;
  proto::HostSettings settings;
  settings.gateway = gateway;
  settings.mtu = mtu;
  settings.ipv4 = reply.ipv4();
  if (!options.disable_ipv6 && proto::carries_ipv6(settings.mtu)) settings.ipv6 = reply.ipv6();
  if (!settings.ipv4 && !settings.ipv6) {
    return fail(ErrorKind::unsupported,
                "the gateway gave an IPv6 address only, and IPv6 is switched off or the MTU is too small");
  }
  const Kept kept{settings.ipv4.has_value(), settings.ipv6.has_value()};
  add_addresses(settings.dns, reply.dns, kept);
  add_addresses(settings.dns, reply.dns6, kept);
  add_addresses(settings.nbns, reply.nbns, kept);
  settings.default_domain = domains_of(reply.default_domain);
  if (!are_domain_names(settings.default_domain)) settings.default_domain.clear();
  add_domains(settings.split_dns, reply.split_dns);
  add_prefixes(settings.split_include, reply.split_include, kept);
  add_prefixes(settings.split_include, reply.split_include6, kept);
  add_prefixes(settings.split_exclude, reply.split_exclude, kept);
  add_prefixes(settings.split_exclude, reply.split_exclude6, kept);
  settings.tunnel_all_dns = reply.tunnel_all_dns;
  settings.banner = banner_of(reply, banner);
  settings.proxy_pac_url = reply.proxy_pac_url;
  settings.idle_timeout = reply.idle_timeout;
  settings.headers = header_lines(headers);
  // Routes matter more than the script's copy of them.
  if (!fits(settings)) settings.headers.clear();
  if (!fits(settings)) return fail(ErrorKind::unsupported, "the gateway gave too many routes and names");
  return settings;
}

}  // namespace sallyport::client
