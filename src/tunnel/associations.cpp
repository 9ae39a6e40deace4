#include "tunnel/associations.hpp"

namespace sallyport::tunnel {

namespace {

// Behind one address may be a whole company.
constexpr std::size_t most_near = 256;

void erase_from(auto& map, const auto& key, const Association& association) {
  auto [entry, end] = map.equal_range(key);
  while (entry != end) entry = entry->second == &association ? map.erase(entry) : std::next(entry);
}

}  // namespace

void Associations::add(Association& association) {
  ++changes_;
  const auto& peer = association.route.path.peer;
  by_peer_.emplace(peer, &association);
  by_address_.emplace(peer.address, &association);
  place_.claim(peer);
}

void Associations::remove(const Association& association) {
  ++changes_;
  const auto& peer = association.route.path.peer;
  erase_from(by_peer_, peer, association);
  erase_from(by_address_, peer.address, association);
  if (!by_peer_.contains(peer)) place_.give_up(peer);
}

void Associations::move(Association& association, const UdpRoute& route) {
  remove(association);
  association.route = route;
  add(association);
}

const std::vector<Association*>& Associations::at(const Endpoint& peer) {
  found_.clear();
  const auto [begin, end] = by_peer_.equal_range(peer);
  for (auto entry = begin; entry != end; ++entry) found_.push_back(entry->second);
  return found_;
}

const std::vector<Association*>& Associations::near(const Address& peer) {
  found_.clear();
  const auto [begin, end] = by_address_.equal_range(peer);
  for (auto entry = begin; entry != end && found_.size() < most_near; ++entry) {
    if (entry->second->dtls.is_established()) found_.push_back(entry->second);
  }
  return found_;
}

}  // namespace sallyport::tunnel
