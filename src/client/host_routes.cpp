#include "client/host_routes.hpp"

#include <algorithm>

namespace sallyport::client {

namespace {

void add(std::vector<Prefix>& list, const Prefix& prefix) {
  const auto network = *Prefix::make(prefix.network(), prefix.length());
  if (std::ranges::find(list, network) == list.end()) list.push_back(network);
}

void add_whole(std::vector<Prefix>& list, Address::Family family) {
  const bool v4 = family == Address::Family::v4;
  add(list, *Prefix::make(v4 ? Address::v4(0) : Address::v6({}), 1));
  add(list, *Prefix::make(v4 ? Address::v4(0x80000000) : Address::v6({0x80}), 1));
}

void add_family(WantedRoutes& routes, const proto::HostSettings& settings, const Prefix& inner) {
  const auto family = inner.address().family();
  if (inner.length() < inner.address().bits()) add(routes.into_tunnel, inner);
  bool split = false;
  for (const auto& include : settings.split_include) {
    if (include.address().family() != family) continue;
    split = true;
    if (include.length() == 0) {
      add_whole(routes.into_tunnel, family);
    } else if (include != Prefix::host(settings.gateway)) {
      add(routes.into_tunnel, include);
    }
  }
  if (!split) add_whole(routes.into_tunnel, family);
  for (const auto& server : settings.dns) {
    if (split && server.family() == family && server != settings.gateway)
      add(routes.into_tunnel, Prefix::host(server));
  }
  for (const auto& exclude : settings.split_exclude) {
    // An exclude of everything would be one more default route, beside the machine's own.
    if (exclude.address().family() != family || exclude.length() == 0) continue;
    if (!is_local_network(exclude)) add(routes.around, exclude);
  }
}

}  // namespace

bool is_local_network(const Prefix& prefix) {
  return prefix.length() == prefix.address().bits() &&
         std::ranges::all_of(prefix.address().bytes(), [](std::uint8_t byte) { return byte == 0; });
}

WantedRoutes wanted_routes(const proto::HostSettings& settings) {
  WantedRoutes routes;
  add(routes.around, Prefix::host(settings.gateway));
  if (settings.ipv4) add_family(routes, settings, *settings.ipv4);
  if (settings.ipv6) add_family(routes, settings, *settings.ipv6);
  return routes;
}

}  // namespace sallyport::client
