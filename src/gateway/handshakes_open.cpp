#include "gateway/handshakes_open.hpp"

namespace sallyport::gateway {

namespace {

// A customer of an IPv6 network has a /64 at least, so single addresses there tell nobody apart.
Address source_of(const Address& peer) {
  return peer.is_v4() ? peer : peer.masked(64);
}

}  // namespace

HandshakesOpen::Ticket HandshakesOpen::enter(const Address& peer, std::function<void()> drop_connection) {
  const auto source = source_of(peer);
  const auto number = next_number_++;
  by_age_.emplace(number, Entry{source, std::move(drop_connection)});
  auto& same_source = sources_[source];
  same_source.insert(number);
  if (same_source.size() > limits_.of_address) {
    drop(*same_source.begin());
  } else if (by_age_.size() > limits_.of_all) {
    drop(by_age_.begin()->first);
  }
  return {*this, number};
}

void HandshakesOpen::drop(std::uint64_t number) {
  ++dropped_;
  const auto drop_connection = std::move(by_age_.at(number).drop);
  leave(number);
  drop_connection();
}

void HandshakesOpen::leave(std::uint64_t number) {
  const auto entry = by_age_.find(number);
  if (entry == by_age_.end()) return;  // dropped before
  const auto same_source = sources_.find(entry->second.source);
  same_source->second.erase(number);
  if (same_source->second.empty()) sources_.erase(same_source);
  by_age_.erase(entry);
}

}  // namespace sallyport::gateway
