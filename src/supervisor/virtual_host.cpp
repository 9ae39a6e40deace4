#include "supervisor/virtual_host.hpp"

#include "tls/digest.hpp"

namespace sallyport::supervisor {

namespace {

constexpr auto only_pool = "default";

proto::ConnectionProfile as_value(const ConnectionProfile& from) {
  proto::ConnectionProfile profile;
  profile.name = from.name;
  profile.group_alias = from.group_alias.value;
  for (const auto& url : from.group_url) profile.group_urls.push_back(url.value);
  profile.methods = from.authentication.value;
  profile.certificate_user = from.certificate_user;
  profile.aaa = from.aaa.value;
  profile.group_policy = from.group_policy.value;
  return profile;
}

proto::GroupPolicy as_value(const std::string& name, const GroupPolicy& from, const LoadedFiles& files) {
  proto::GroupPolicy policy;
  policy.name = name;
  policy.banner = from.banner;
  policy.dns = from.dns;
  policy.default_domain = from.default_domain;
  policy.split_include = from.split_include;
  policy.split_exclude = from.split_exclude;
  policy.split_dns = from.split_dns;
  policy.idle_timeout = from.idle_timeout;
  policy.session_timeout = from.session_timeout;
  policy.dpd = from.dpd;
  policy.keepalive = from.keepalive;
  policy.rekey = from.rekey;
  policy.rekey_method = from.rekey_method;
  if (from.client_profile.is_set()) {
    policy.client_profile = profile_file_name(from);
    policy.client_profile_hash = tls::sha1_hex(as_bytes(files.client_profiles.at(from.client_profile.value)));
  }
  policy.max_sessions_per_user = from.max_sessions_per_user;
  policy.at_session_limit = from.at_session_limit;
  policy.address_pool = only_pool;
  return policy;
}

}  // namespace

proto::VirtualHost virtual_host(const Config& config, const LoadedFiles& files) {
  proto::VirtualHost host;
  for (const auto& profile : config.connection_profiles)
    host.connection_profiles.push_back(as_value(profile));
  host.default_profile = default_profile(config).name;
  for (const auto& [name, policy] : config.group_policies) {
    host.group_policies.push_back(as_value(name, policy, files));
  }
  host.address_pools.push_back(
      {only_pool, config.tunnel.address_pool.value, config.tunnel.address_pool6.value});
  for (const auto& policy : host.group_policies) {
    if (policy.client_profile.empty() || host.client_profile(policy) != nullptr) continue;
    const auto& path = config.group_policies.at(policy.name).client_profile.value;
    host.client_profiles.push_back(
        {policy.client_profile, policy.client_profile_hash, files.client_profiles.at(path)});
  }
  return host;
}

}  // namespace sallyport::supervisor
