#include "supervisor/config_checks.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "proto/connect_request.hpp"
#include "proto/downloader_urls.hpp"
#include "proto/profile.hpp"
#include "supervisor/config_tables.hpp"

namespace sallyport::supervisor {
namespace {

std::string quoted(std::string_view name) {
  return fmt::format("'{}'", escape_for_log(name, 64));
}

bool wants(const ConnectionProfile& profile, Method method) {
  const auto& methods = profile.authentication.value;
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// Processes of one user could read each other's memory: the keys would be no safer than the network's reader.
void check_process(const Config& config, Complaints& complaints) {
  const auto& process = config.process;
  const auto differ = [&](const Located<std::optional<User>>& one, const Located<std::optional<User>>& other,
                          std::string_view name) {
    if (!one.value || one.value != other.value) return;
    complaints.add(one.at, fmt::format("this must be another user than '{}'", name));
  };
  differ(process.keeper_user, process.gateway_user, "gateway_user");
  differ(process.authenticator_user, process.gateway_user, "gateway_user");
  differ(process.authenticator_user, process.keeper_user, "keeper_user");
}

void check_tls(const Config& config, Complaints& complaints) {
  const auto& tls = config.tls;
  if (tls.key_pairs.empty()) complaints.add(tls.at, "[tls] needs 'certificate' and 'private_key'");
  for (const auto& pair : tls.key_pairs) {
    if (pair.certificate.is_set() && pair.private_key.is_set()) continue;
    if (pair.certificate.is_set()) complaints.add(pair.certificate.at, "'certificate' needs 'private_key'");
    if (pair.private_key.is_set()) complaints.add(pair.private_key.at, "'private_key' needs 'certificate'");
    if (!pair.certificate.is_set() && !pair.private_key.is_set()) {
      complaints.add(pair.at, "[[tls.key_pair]] needs 'certificate' and 'private_key'");
    }
  }
  if (tls.client_crl.is_set() && !tls.client_ca.is_set()) {
    complaints.add(tls.client_crl.at, "'client_crl' needs 'client_ca'");
  }
  if (tls.legacy) return;
  for (const auto& cipher : tls.dtls_ciphers) {
    if (is_legacy_dtls_cipher(cipher.value)) {
      complaints.add(cipher.at, fmt::format("'{}' needs legacy = true", cipher.value));
    }
  }
}

void check_tunnel(const Config& config, Complaints& complaints) {
  const auto& tunnel = config.tunnel;
  if (!tunnel.address_pool.is_set() && !tunnel.address_pool6.is_set()) {
    complaints.add(tunnel.at, "[tunnel] needs 'address_pool' or 'address_pool6'");
  }
  // RFC 8200 section 5: IPv6 needs links of at least 1280 bytes.
  if (tunnel.address_pool6.value && tunnel.mtu.value != 0 && tunnel.mtu.value < 1280) {
    complaints.add(tunnel.mtu.at, "'mtu' must be at least 1280 with 'address_pool6'");
  }
  for (const auto* pool : {&tunnel.address_pool, &tunnel.address_pool6}) {
    for (const auto* addresses : {&config.listen.tcp, &config.listen.udp}) {
      for (const auto& [endpoint, at] : *addresses) {
        if (!pool->value || !pool->value->contains(endpoint.address)) continue;
        complaints.add(at, fmt::format("{} lies inside the address pool {}", endpoint.address.to_text(),
                                       pool->value->to_text()));
      }
    }
  }
}

void check_aaa(const Config& config, Complaints& complaints) {
  for (const auto& [name, aaa] : config.aaa) {
    if (!aaa.users.is_set()) {
      complaints.add(aaa.at, fmt::format("[aaa.{}] needs 'users'", escape_for_log(name, 64)));
    }
  }
}

// A reference to a named section: it must exist.
template <class Section>
const Section* resolve(const Located<std::string>& name, const std::map<std::string, Section>& sections,
                       std::string_view kind, Complaints& complaints) {
  if (name.value.empty()) return nullptr;
  if (const auto found = sections.find(name.value); found != sections.end()) return &found->second;
  std::vector<std::string_view> names;
  names.reserve(sections.size());
  for (const auto& each : sections) names.push_back(each.first);
  complaints.add(name.at, fmt::format("there is no [{}.{}]{}", kind, escape_for_log(name.value, 64),
                                      suggestion(name.value, names)));
  return nullptr;
}

void check_authentication(const ConnectionProfile& profile, const Config& config, Complaints& complaints) {
  const auto at = profile.authentication.is_set() ? profile.authentication.at : profile.at;
  const auto& methods = profile.authentication.value;
  if (!methods.empty() && methods.front() == Method::otp) {
    complaints.add(at, "\"otp\" can't come first: it asks for no user name");
  }
  if (wants(profile, Method::certificate)) {
    if (!config.tls.client_ca.is_set()) complaints.add(at, "\"certificate\" needs 'client_ca' in [tls]");
    if (!profile.certificate_user) complaints.add(at, "\"certificate\" needs 'certificate_user'");
  }
  const auto* aaa = resolve(profile.aaa, config.aaa, "aaa", complaints);
  const bool needs_aaa = wants(profile, Method::password) || wants(profile, Method::otp);
  if (needs_aaa && !profile.aaa.is_set()) {
    complaints.add(at,
                   fmt::format("\"{}\" needs 'aaa'", wants(profile, Method::password) ? "password" : "otp"));
  }
  if (aaa && wants(profile, Method::otp) && !aaa->otp.is_set()) {
    complaints.add(at, fmt::format("\"otp\" needs 'otp' in [aaa.{}]", escape_for_log(profile.aaa.value, 64)));
  }
}

// What must not be said twice, with the profile that said it first.
class Uniqueness {
 public:
  explicit Uniqueness(Complaints& complaints) : complaints_(complaints) {}

  void claim(std::string_view key, const std::string& value, Position at, const std::string& profile) {
    const auto [first, is_new] = owners_.try_emplace({std::string(key), value}, profile);
    if (is_new) return;
    complaints_.add(at, fmt::format("'{}' {} belongs to connection profile {} already", key, quoted(value),
                                    quoted(first->second)));
  }

 private:
  Complaints& complaints_;
  std::map<std::pair<std::string, std::string>, std::string> owners_;
};

void check_profiles(const Config& config, Complaints& complaints) {
  Uniqueness unique(complaints);
  const ConnectionProfile* first_default = nullptr;
  for (const auto& profile : config.connection_profiles) {
    check_authentication(profile, config, complaints);
    resolve(profile.group_policy, config.group_policies, "group_policy", complaints);
    if (!profile.group_policy.is_set()) {
      complaints.add(profile.at,
                     fmt::format("connection profile {} needs 'group_policy'", quoted(profile.name)));
    }
    if (!profile.group_alias.value.empty()) {
      unique.claim("group_alias", profile.group_alias.value, profile.group_alias.at, profile.name);
    }
    for (const auto& url : profile.group_url) {
      unique.claim("group_url", url.value, url.at, profile.name);
      if (!proto::is_downloader_path(url.value) && url.value != proto::connect_target) continue;
      complaints.add(url.at, fmt::format("'{}' is a URL of the gateway's own", escape_for_log(url.value)));
    }
    if (profile.is_default.value && first_default) {
      complaints.add(profile.is_default.at, fmt::format("connection profile {} is the default already",
                                                        quoted(first_default->name)));
    }
    if (profile.is_default.value && !first_default) first_default = &profile;
  }
  if (config.connection_profiles.empty()) {
    complaints.add({1, 1}, "there is no [connection_profile.NAME]: clients need one to connect to");
  }
}

// Clients ask for a profile by its file name, and keep it under that.
void check_client_profiles(const Config& config, Complaints& complaints) {
  std::map<std::string, std::string> paths;  // by file name
  for (const auto& [policy_name, policy] : config.group_policies) {
    const auto& [path, at] = policy.client_profile;
    if (path.empty()) continue;
    const auto name = profile_file_name(policy);
    if (!proto::is_profile_name(name)) {
      complaints.add(at, fmt::format("'client_profile' must have a file name that clients can keep it under: "
                                     "printable ASCII, at most 128 characters, .xml at the end, not {}",
                                     quoted(name)));
    }
    const auto [first, is_new] = paths.try_emplace(name, path);
    if (is_new || first->second == path) continue;
    complaints.add(at, fmt::format("'{}' has the same file name as '{}': clients tell profiles apart by it",
                                   escape_for_log(path), escape_for_log(first->second)));
  }
}

}  // namespace

void check_config(const Config& config, Complaints& complaints) {
  check_process(config, complaints);
  check_tls(config, complaints);
  check_tunnel(config, complaints);
  check_aaa(config, complaints);
  check_profiles(config, complaints);
  check_client_profiles(config, complaints);
}

}  // namespace sallyport::supervisor
