#include "store/address_leases.hpp"

#include <fmt/format.h>

#include "store/sha256.hpp"

namespace sallyport::store {

namespace {

// Of the user alone: the same in every build and on every machine.
std::uint64_t place_of(std::string_view user) {
  const auto digest = sha256_of(as_bytes(user));
  return or_throw(Reader(digest).u64());
}

// Walks a run of taken addresses side by side with the pool's, which is quick also when the pool is nearly
// full.
std::optional<Address> first_free(Address from, const Address& last, const std::set<Address>& taken) {
  for (auto next = taken.lower_bound(from); from <= last; from = from.plus(1), ++next) {
    if (next == taken.end() || *next != from) return from;
    if (from == last) break;  // the next one may wrap around
  }
  return std::nullopt;
}

}  // namespace

AddressRange AddressRange::of(const Prefix& pool) {
  const int host_bits = pool.address().bits() - pool.length();
  const auto last_host = host_bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << host_bits) - 1;
  const std::uint64_t broadcast = pool.address().is_v4() ? 1 : 0;
  if (last_host < 2 + broadcast) return {};
  const auto network = pool.network();
  return {network.plus(2), network.plus(last_host - broadcast), last_host - broadcast - 1};
}

std::optional<Address> choose_address(const Prefix& pool, std::string_view user,
                                      const std::set<Address>& taken) {
  const auto range = AddressRange::of(pool);
  if (range.count == 0) return std::nullopt;
  const auto start = range.first.plus(place_of(user) % range.count);
  if (const auto address = first_free(start, range.last, taken)) return address;
  return first_free(range.first, start, taken);
}

Result<Lease> choose_lease(const Lease& held, const proto::AddressPool& pool, std::string_view user,
                           bool ipv4, bool ipv6, const std::set<Address>& taken) {
  const auto choose = [&](const std::optional<Address>& before, const std::optional<Prefix>& network,
                          std::string_view family) -> Result<std::optional<Address>> {
    if (!network) return std::nullopt;
    if (before && AddressRange::of(*network).contains(*before)) return before;
    if (const auto address = choose_address(*network, user, taken)) return address;
    return fail(ErrorKind::unavailable,
                fmt::format("the address pool {} has no {} address left", pool.name, family));
  };
  Lease lease;
  if (ipv4) lease.ipv4 = TRY(choose(held.ipv4, pool.ipv4, "IPv4"));
  if (ipv6) lease.ipv6 = TRY(choose(held.ipv6, pool.ipv6, "IPv6"));
  return lease;
}

}  // namespace sallyport::store
