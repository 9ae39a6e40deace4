#include "supervisor/tunnel_interface.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.hpp"
#include "proto/mtu.hpp"
#include "sys/netlink.hpp"
#include "sys/tun.hpp"

namespace sallyport::supervisor {

namespace {

// Large enough for any session; a session's own limit is kept packet by packet.
std::uint32_t interface_mtu(const Config& config) {
  return proto::tunnel_mtu({}, proto::dtls_chacha20, proto::tls13_record, config.tunnel.mtu.value).dtls;
}

Result<void> give_address(sys::Netlink& netlink, unsigned index, const Prefix& pool) {
  const auto own = TRY(Prefix::make(proto::gateway_address(pool), pool.length()));
  sys::InterfaceAddress address;
  address.interface = index;
  address.prefix = own;
  return netlink.add(address);
}

std::string setting(std::string_view family, const std::string& interface, std::string_view name) {
  return fmt::format("/proc/sys/net/{}/conf/{}/{}", family, interface, name);
}

Result<void> write_setting(const std::string& path, char value) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || write(file.number(), &value, 1) != 1) return fail_errno("cannot write " + path);
  return {};
}

bool is_on(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char value = '0';
  return file && read(file.number(), &value, 1) == 1 && value == '1';
}

Result<void> set_forwarding(const Tunnel& tunnel, const std::string& interface) {
  for (const auto& [pool, family] :
       {std::pair(&tunnel.address_pool, "ipv4"), std::pair(&tunnel.address_pool6, "ipv6")}) {
    if (!pool->value) continue;
    const auto ours = setting(family, interface, "forwarding");
    if (tunnel.forwarding) TRY(write_setting(ours, '1'));
    if (!is_on(ours)) {
      log::warning("forwarding is off: clients reach this machine only (see [tunnel] forwarding)",
                   {{"interface", interface}, {"family", family}});
    } else if (!is_on(setting(family, "all", "forwarding"))) {
      log::warning("forwarding is on for the tunnel, but not for the machine's other interfaces",
                   {{"family", family}});
    }
  }
  // Two clients that talk go in and out by the same interface: nothing to be redirected.
  if (tunnel.address_pool.value) TRY(write_setting(setting("ipv4", interface, "send_redirects"), '0'));
  return {};
}

}  // namespace

Result<sys::Tun> open_tunnel_interface(const Config& config) {
  const auto& tunnel = config.tunnel;
  const auto at_fault = [&](const Error& error) { return fail_at(config, tunnel.interface.at, error.text); };
  auto tun = sys::open_tun({.name = tunnel.interface.value,
                            .queues = static_cast<std::size_t>(config.process.workers.value),
                            .offload = tunnel.tun_offload});
  if (!tun) return at_fault(tun.error());
  auto netlink = TRY(sys::Netlink::open());
  const auto link = TRY(netlink.link(tun->name));
  if (const auto set = netlink.set_mtu(link.index, interface_mtu(config)); !set) return at_fault(set.error());
  if (const auto up = netlink.set_up(link.index, true); !up) return at_fault(up.error());
  for (const auto* pool : {&tunnel.address_pool, &tunnel.address_pool6}) {
    if (!pool->value) continue;
    const auto given = give_address(netlink, link.index, *pool->value);
    if (!given) return fail_at(config, pool->at, given.error().text);
  }
  if (const auto set = set_forwarding(tunnel, tun->name); !set) return at_fault(set.error());
  return std::move(*tun);
}

}  // namespace sallyport::supervisor
