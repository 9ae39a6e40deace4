// Which association a datagram may belong to: by the address and port it came from, and, where a client's
// port has changed (NAT), by its address alone.
#pragma once

#include <unordered_map>
#include <vector>

#include "tunnel/address_hash.hpp"
#include "tunnel/association.hpp"
#include "tunnel/switchboard.hpp"

namespace sallyport::tunnel {

class Associations {
 public:
  explicit Associations(Place place = {}) : place_(std::move(place)) {}

  const Place& place() const { return place_; }
  void add(Association& association);
  void remove(const Association& association);
  void move(Association& association, const UdpRoute& route);

  // Counts the changes: whoever goes through a list of associations stops when it has grown, since some of
  // them may be gone.
  std::uint64_t changes() const { return changes_; }

  // Valid until the next call.
  const std::vector<Association*>& at(const Endpoint& peer);
  // Some of those at the address: what is found here costs a decryption each.
  const std::vector<Association*>& near(const Address& peer);

 private:
  std::unordered_multimap<Endpoint, Association*, AddressHash> by_peer_;
  std::unordered_multimap<Address, Association*, AddressHash> by_address_;
  Place place_;
  std::vector<Association*> found_;
  std::uint64_t changes_ = 0;
};

}  // namespace sallyport::tunnel
