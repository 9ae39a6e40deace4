#include "proto/gateway_settings.hpp"

#include <algorithm>

namespace sallyport::proto {

namespace {

template <class T>
const T* find(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

Address gateway_address(const Prefix& pool) {
  return pool.network().plus(1);
}

const ConnectionProfile* VirtualHost::profile(std::string_view name) const {
  return find(connection_profiles, name);
}
const GroupPolicy* VirtualHost::policy(std::string_view name) const {
  return find(group_policies, name);
}
const AddressPool* VirtualHost::pool(std::string_view name) const {
  return find(address_pools, name);
}
const ClientProfileFile* VirtualHost::client_profile(const GroupPolicy& policy) const {
  const auto found = std::ranges::find_if(client_profiles, [&](const ClientProfileFile& file) {
    return file.name == policy.client_profile && file.hash == policy.client_profile_hash;
  });
  return found == client_profiles.end() ? nullptr : &*found;
}

}  // namespace sallyport::proto
