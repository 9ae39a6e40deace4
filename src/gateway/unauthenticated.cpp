#include "gateway/unauthenticated.hpp"

namespace sallyport::gateway {

UnauthenticatedConnections::Ticket UnauthenticatedConnections::enter(const Address& peer,
                                                                     std::function<void()> drop_connection) {
  const auto origin = peer.origin();
  const auto number = next_number_++;
  by_age_.emplace(number, Entry{origin, std::move(drop_connection), {}});
  auto& same_origin = origins_[origin];
  same_origin.insert(number);
  if (same_origin.size() > limits_.of_origin) {
    drop(*same_origin.begin());
  } else if (by_age_.size() > limits_.of_all) {
    drop(by_age_.begin()->first);
  }
  return {*this, number};
}

void UnauthenticatedConnections::drop(std::uint64_t number) {
  const auto dropped = std::move(by_age_.at(number));
  leave(number);
  dropped.drop();
  if (dropped.also) dropped.also();
}

void UnauthenticatedConnections::Ticket::when_dropped(std::function<void()> also) {
  if (books_ == nullptr) return;
  const auto entry = books_->by_age_.find(number_);
  if (entry != books_->by_age_.end()) entry->second.also = std::move(also);
}

void UnauthenticatedConnections::leave(std::uint64_t number) {
  const auto entry = by_age_.find(number);
  if (entry == by_age_.end()) return;  // dropped before
  const auto same_origin = origins_.find(entry->second.origin);
  same_origin->second.erase(number);
  if (same_origin->second.empty()) origins_.erase(same_origin);
  by_age_.erase(entry);
}

}  // namespace sallyport::gateway
