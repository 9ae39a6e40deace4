// Inner destination → tunnel, the longest prefix first. One hash table for each prefix length in use: the
// gateway has one (hosts) or two for thousands of sessions, the client one (everything).
#pragma once

#include <functional>
#include <map>
#include <unordered_map>

#include "tunnel/address_hash.hpp"

namespace sallyport::tunnel {

struct Tunnel;

class Routes {
 public:
  void add(const Prefix& destination, Tunnel& tunnel);  // takes the prefix from whoever had it
  void remove(const Prefix& destination, const Tunnel& tunnel);
  Tunnel* find(const Address& destination) const;  // null: nobody's

 private:
  using Table = std::unordered_map<Address, Tunnel*, AddressHash>;
  using ByLength = std::map<int, Table, std::greater<>>;

  ByLength& tables_for(const Address& address) { return address.is_v4() ? v4_ : v6_; }

  ByLength v4_;
  ByLength v6_;
};

}  // namespace sallyport::tunnel
