// Which inner addresses a session gets from a pool. A user's name picks the place to begin looking, so that
// he gets the same address when he comes back, as long as nobody took it. Pure: what is taken is an argument.
#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "proto/gateway_settings.hpp"

namespace sallyport::store {

// The addresses that sessions may have: not the network address, nor the first host address (the gateway's
// own), nor IPv4's broadcast address. Of IPv6 pools larger than a /64 the first /64 is used.
struct AddressRange {
  Address first;
  Address last;
  std::uint64_t count = 0;  // 0: none; first and last mean nothing then

  static AddressRange of(const Prefix& pool);
  bool contains(const Address& address) const { return count > 0 && first <= address && address <= last; }
};

// nothing: all are taken.
std::optional<Address> choose_address(const Prefix& pool, std::string_view user,
                                      const std::set<Address>& taken);

struct Lease {
  std::optional<Address> ipv4;
  std::optional<Address> ipv6;
  bool operator==(const Lease&) const = default;
};

// The addresses from `pool` of a session that has `held` so far: what still belongs to the pool is kept.
// Families that are not wanted, or that the pool does not have, are left out. unavailable: one that is wanted
// is used up.
Result<Lease> choose_lease(const Lease& held, const proto::AddressPool& pool, std::string_view user,
                           bool ipv4, bool ipv6, const std::set<Address>& taken);

}  // namespace sallyport::store
