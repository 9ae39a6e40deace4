#include "tunnel/routes.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace sallyport::tunnel {

Address masked(const Address& address, int length) {
  if (length >= address.bits()) return address;
  if (address.is_v4()) return Address::v4(length == 0 ? 0 : address.to_v4() & ~0U << (32 - length));
  std::array<std::uint8_t, 16> bytes{};
  const auto whole = length / 8;
  std::copy_n(address.bytes().begin(), whole, bytes.begin());
  if (length % 8 != 0) {
    bytes[whole] = static_cast<std::uint8_t>(address.bytes()[whole] & 0xff00U >> (length % 8));
  }
  return Address::v6(bytes);
}

bool contains(const Prefix& prefix, const Address& address) {
  return address.family() == prefix.address().family() &&
         masked(address, prefix.length()) == masked(prefix.address(), prefix.length());
}

std::size_t Routes::Hash::operator()(const Address& address) const {
  return std::hash<std::string_view>()(as_text(address.bytes()));
}

void Routes::add(const Prefix& destination, Tunnel& tunnel) {
  const auto& address = destination.address();
  tables_for(address)[destination.length()][masked(address, destination.length())] = &tunnel;
}

void Routes::remove(const Prefix& destination, const Tunnel& tunnel) {
  auto& tables = tables_for(destination.address());
  const auto table = tables.find(destination.length());
  if (table == tables.end()) return;
  const auto entry = table->second.find(masked(destination.address(), destination.length()));
  if (entry == table->second.end() || entry->second != &tunnel) return;
  table->second.erase(entry);
  if (table->second.empty()) tables.erase(table);
}

Tunnel* Routes::find(const Address& destination) const {
  for (const auto& [length, table] : destination.is_v4() ? v4_ : v6_) {
    const auto entry = table.find(masked(destination, length));
    if (entry != table.end()) return entry->second;
  }
  return nullptr;
}

}  // namespace sallyport::tunnel
