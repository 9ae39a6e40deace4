#include "tunnel/routes.hpp"

namespace sallyport::tunnel {

void Routes::add(const Prefix& destination, Tunnel& tunnel) {
  const auto& address = destination.address();
  tables_for(address)[destination.length()][destination.network()] = &tunnel;
}

void Routes::remove(const Prefix& destination, const Tunnel& tunnel) {
  auto& tables = tables_for(destination.address());
  const auto table = tables.find(destination.length());
  if (table == tables.end()) return;
  const auto entry = table->second.find(destination.network());
  if (entry == table->second.end() || entry->second != &tunnel) return;
  table->second.erase(entry);
  if (table->second.empty()) tables.erase(table);
}

Tunnel* Routes::find(const Address& destination) const {
  for (const auto& [length, table] : destination.is_v4() ? v4_ : v6_) {
    const auto entry = table.find(destination.masked(length));
    if (entry != table.end()) return entry->second;
  }
  return nullptr;
}

}  // namespace sallyport::tunnel
