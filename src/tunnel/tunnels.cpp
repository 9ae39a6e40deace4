#include "tunnel/tunnels.hpp"

#include <algorithm>

namespace sallyport::tunnel {

Tunnel& Tunnels::add(Attach attach, proto::Time now) {
  auto made = std::make_unique<Tunnel>(std::move(attach), buffers_, now);
  Tunnel& tunnel = *made;
  tunnel.deadline = deadlines.add(std::min(tunnel.liveness.next(), tunnel.renewal.next()), tunnel);
  for (const auto& address : tunnel.settings.addresses) {
    routes.add(address, tunnel);
    place_.claim(address.address());
  }
  by_session_[tunnel.settings.id.session] = std::move(made);
  return tunnel;
}

Tunnel* Tunnels::find(std::uint64_t session) const {
  const auto entry = by_session_.find(session);
  return entry == by_session_.end() ? nullptr : entry->second.get();
}

void Tunnels::stop_routing(Tunnel& tunnel) {
  for (const auto& address : tunnel.settings.addresses) {
    routes.remove(address, tunnel);
    place_.give_up(address.address());
  }
}

void Tunnels::remove(Tunnel& tunnel) {
  tunnel.over = true;
  stop_routing(tunnel);
  deadlines.remove(tunnel.deadline);
  const auto entry = by_session_.find(tunnel.settings.id.session);
  ended_.push_back(std::move(entry->second));
  by_session_.erase(entry);
}

void Tunnels::bury() {
  if (ended_.empty()) return;
  agenda.forget_ended();
  ended_.clear();
}

std::vector<Tunnel*> Tunnels::all() const {
  std::vector<Tunnel*> all;
  all.reserve(by_session_.size());
  for (const auto& [session, tunnel] : by_session_) all.push_back(tunnel.get());
  return all;
}

std::vector<TunnelTotals> Tunnels::totals() const {
  std::vector<TunnelTotals> all;
  all.reserve(by_session_.size());
  for (const auto& [session, tunnel] : by_session_) all.push_back(tunnel->totals());
  return all;
}

}  // namespace sallyport::tunnel
