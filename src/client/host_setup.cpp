#include "client/host_setup.hpp"

#include <algorithm>
#include <iterator>

#include "client/host_routes.hpp"
#include "proto/mtu.hpp"

namespace sallyport::client {

namespace {

// Before the routes of the machine's own networks, and before nothing that the user made by hand with metric
// 0. IPv4 has 0 as the best and lets a later route stand before an equal one; in IPv6 0 would mean 1024.
std::uint32_t best_metric(const Prefix& prefix) {
  return prefix.address().is_v4() ? 0 : 1;
}

// Whose way is the way of the whole prefix. Not 0.0.0.0, which the kernel takes for this machine itself; ::
// it takes for what it is.
Address sample_of(const Prefix& prefix) {
  const auto first = prefix.network();
  return first == Address::v4(0) ? first.plus(1) : first;
}

}  // namespace

Result<void> HostSetup::apply(proto::HostSettings settings, const Complaint& complain) {
  if (settings.ipv6 && !proto::carries_ipv6(settings.mtu)) {
    const auto text = "IPv6 needs an MTU of 1280, and the tunnel has " + std::to_string(settings.mtu);
    if (!settings.ipv4) return fail(ErrorKind::unsupported, text);
    complain({ErrorKind::unsupported, text + ": going on with IPv4 alone"});
    settings.ipv6.reset();
  }
  TRY(netlink_.set_mtu(interface_.index, settings.mtu));
  auto addressed = set_addresses(settings);
  if (!addressed && addressed.error().kind == ErrorKind::unsupported && settings.ipv4) {
    complain({ErrorKind::unsupported, addressed.error().text + ": going on with IPv4 alone"});
    settings.ipv6.reset();
    addressed = set_addresses(settings);
  }
  TRY(addressed);
  if (!up_) TRY(netlink_.set_up(interface_.index, true));
  up_ = true;
  const auto routes = wanted_routes(settings);
  TRY(set_routes_around(routes.around));
  TRY(set_routes_into_tunnel(routes.into_tunnel));
  return dns_.set(settings, interface_.name);
}

Result<void> HostSetup::follow_network(const proto::HostSettings& settings,
                                       const std::vector<Address>& gateways) {
  auto around = wanted_routes(settings).around;
  for (const auto& gateway : gateways) {
    const auto prefix = Prefix::host(gateway);
    if (std::ranges::find(around, prefix) == around.end()) around.push_back(prefix);
  }
  return set_routes_around(around);
}

Result<void> HostSetup::add(const AddedAddress& address) {
  if (journal_.has(address)) return {};
  TRY(journal_.add(address));
  auto done = netlink_.add(sys::InterfaceAddress{address.interface, address.prefix});
  if (!done) TRY(journal_.forget(address));
  return done;
}

// A route that the journal has is made anew all the same: the kernel drops routes with a network that goes.
Result<void> HostSetup::add(const AddedRoute& route, sys::SameRoute same) {
  const bool known = journal_.has(route);
  if (!known) TRY(journal_.add(route));
  auto done = netlink_.add(route_of(route), same);
  if (done) return {};
  if (!known) TRY(journal_.forget(route));
  if (done.error().kind == ErrorKind::conflict) return {};  // it is there: ours already, or the machine's own
  return done;
}

template <class Change, class Ours>
Result<void> HostSetup::keep_only(const std::vector<Change>& wanted, const Ours& is_ours) {
  std::vector<Change> superfluous;
  for (const auto& entry : journal_.entries()) {
    const auto* change = std::get_if<Change>(&entry.change);
    if (change == nullptr || !is_ours(*change)) continue;
    if (std::ranges::find(wanted, *change) == wanted.end()) superfluous.push_back(*change);
  }
  for (const auto& change : superfluous) {
    TRY(undo(change));
    TRY(journal_.forget(change));
  }
  return {};
}

// The addresses stand alone, and the inner network is a route: so they can be exchanged one by one. The new
// one comes first, because the kernel drops all IPv4 routes with an interface's last address.
Result<void> HostSetup::set_addresses(const proto::HostSettings& settings) {
  std::vector<AddedAddress> wanted;
  for (const auto& inner : {settings.ipv4, settings.ipv6}) {
    if (!inner) continue;
    const auto& address = inner->address();
    wanted.push_back({interface_.index, Prefix::host(address)});
  }
  for (const auto& address : wanted) TRY(add(address));
  return keep_only(wanted, [](const AddedAddress&) { return true; });
}

// The machine's routes without ours.
std::vector<sys::Route> HostSetup::foreign_routes() {
  std::vector<sys::Route> foreign;
  for (const auto family : {Address::Family::v4, Address::Family::v6}) {
    auto routes = netlink_.routes(family);  // none where IPv6 is disabled
    if (routes) std::ranges::move(*routes, std::back_inserter(foreign));
  }
  std::erase_if(foreign, [&](const sys::Route& route) {
    const auto is_same = [&](const JournalEntry& entry) {
      const auto* added = std::get_if<AddedRoute>(&entry.change);
      return added != nullptr && added->prefix == route.prefix && added->interface == route.interface;
    };
    return route.interface == interface_.index || std::ranges::any_of(journal_.entries(), is_same);
  });
  return foreign;
}

// They go where the machine would send without us. Before the first change the kernel can be asked, with all
// its rules; later its answer would be our own routes.
Result<void> HostSetup::set_routes_around(const std::vector<Prefix>& prefixes) {
  const bool first = std::ranges::none_of(journal_.entries(), [](const JournalEntry& entry) {
    return std::holds_alternative<AddedRoute>(entry.change);
  });
  const auto foreign = first ? std::vector<sys::Route>{} : foreign_routes();
  std::vector<AddedRoute> wanted;
  for (const auto& prefix : prefixes) {
    std::optional<sys::Route> present;
    const auto sample = sample_of(prefix);
    if (!first) {
      present = sys::best_route(foreign, sample);
    } else if (auto route = netlink_.route_to(sample)) {
      present = *route;
    }
    // Nowhere to go is where it stays; and what is on this machine needs no route.
    if (!present || present->local) continue;
    wanted.push_back({prefix, present->gateway, present->interface, best_metric(prefix)});
  }
  TRY(keep_only(wanted, [&](const AddedRoute& route) { return route.interface != interface_.index; }));
  for (const auto& route : wanted) TRY(add(route, sys::SameRoute::conflict));
  return {};
}

Result<void> HostSetup::set_routes_into_tunnel(const std::vector<Prefix>& prefixes) {
  std::vector<AddedRoute> wanted;
  for (const auto& prefix : prefixes) {
    wanted.push_back({prefix, std::nullopt, interface_.index, best_metric(prefix)});
  }
  for (const auto& route : wanted) TRY(add(route, sys::SameRoute::stand_before));
  return keep_only(wanted, [&](const AddedRoute& route) { return route.interface == interface_.index; });
}

}  // namespace sallyport::client
