// What the gateway process is told of the configuration: values and public bytes only. Private keys and
// password files never come this way.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/codec.hpp"
#include "proto/rekey.hpp"

namespace sallyport::proto {

inline constexpr std::size_t max_gateway_settings = 16U << 20;

struct KeyPairSettings {
  std::string chain;      // PEM, leaf first
  std::uint16_t key = 0;  // the keeper's number of its private key
  bool operator==(const KeyPairSettings&) const = default;

  static void each_field(auto&& field) {
    field("chain", &KeyPairSettings::chain);
    field("key", &KeyPairSettings::key);
  }
};

struct TlsSettings {
  std::vector<KeyPairSettings> key_pairs;
  std::optional<std::string> client_ca;   // PEM
  std::optional<std::string> client_crl;  // PEM
  bool legacy = false;
  bool operator==(const TlsSettings&) const = default;

  static void each_field(auto&& field) {
    using M = TlsSettings;
    field("key_pairs", &M::key_pairs);
    field("client_ca", &M::client_ca);
    field("client_crl", &M::client_crl);
    field("legacy", &M::legacy);
  }
};

// Phase 6. Without a UDP address there is no DTLS.
struct DtlsSettings {
  std::vector<Endpoint> listeners;
  std::vector<std::string> ciphers;  // names of X-DTLS-CipherSuite and X-DTLS12-CipherSuite, best first
  bool operator==(const DtlsSettings&) const = default;

  static void each_field(auto&& field) {
    field("listeners", &DtlsSettings::listeners);
    field("ciphers", &DtlsSettings::ciphers);
  }
};

enum class AuthMethod : std::uint8_t { password, certificate, otp };
constexpr AuthMethod last_of(AuthMethod) {
  return AuthMethod::otp;
}

enum class CertificateUserField : std::uint8_t { common_name, user_id, email, upn };
constexpr CertificateUserField last_of(CertificateUserField) {
  return CertificateUserField::upn;
}

// A login of a user who has as many sessions as the policy allows.
enum class AtSessionLimit : std::uint8_t { end_oldest, refuse };
constexpr AtSessionLimit last_of(AtSessionLimit) {
  return AtSessionLimit::refuse;
}

// What a session may do and is told at CONNECT. 0 s: off, no limit. A session keeps the policy it was made
// under.
struct GroupPolicy {
  std::string name;
  std::string banner;
  std::vector<Address> dns;
  std::string default_domain;
  std::vector<Prefix> split_include;  // empty: everything goes through the tunnel
  std::vector<Prefix> split_exclude;
  std::vector<std::string> split_dns;
  std::chrono::seconds idle_timeout{0};
  std::chrono::seconds session_timeout{0};
  std::chrono::seconds dpd{0};
  std::chrono::seconds keepalive{0};
  std::chrono::seconds rekey{0};
  RekeyMethod rekey_method = RekeyMethod::none;
  std::string client_profile;  // name of one of the VirtualHost's files; empty: none
  // SHA-1 of its content: a file that changes makes another policy, and sessions keep what they were told.
  std::string client_profile_hash;
  std::uint32_t max_sessions_per_user = 0;
  AtSessionLimit at_session_limit = AtSessionLimit::end_oldest;
  std::string address_pool;  // name of one of the VirtualHost's
  bool operator==(const GroupPolicy&) const = default;

  static void each_field(auto&& field) {
    using M = GroupPolicy;
    field("name", &M::name);
    field("banner", &M::banner);
    field("dns", &M::dns);
    field("default_domain", &M::default_domain);
    field("split_include", &M::split_include);
    field("split_exclude", &M::split_exclude);
    field("split_dns", &M::split_dns);
    field("idle_timeout", &M::idle_timeout);
    field("session_timeout", &M::session_timeout);
    field("dpd", &M::dpd);
    field("keepalive", &M::keepalive);
    field("rekey", &M::rekey);
    field("rekey_method", &M::rekey_method);
    field("client_profile", &M::client_profile);
    field("client_profile_hash", &M::client_profile_hash);
    field("max_sessions_per_user", &M::max_sessions_per_user);
    field("at_session_limit", &M::at_session_limit);
    field("address_pool", &M::address_pool);
  }
};

// ASA's tunnel-group: how a user logs in, and what he gets then.
struct ConnectionProfile {
  std::string name;
  std::string group_alias;              // empty: not in the list of groups
  std::vector<std::string> group_urls;  // paths without a trailing slash
  std::vector<AuthMethod> methods;      // all of them, in this order
  std::optional<CertificateUserField> certificate_user;
  std::string aaa;
  std::string group_policy;
  bool operator==(const ConnectionProfile&) const = default;

  static void each_field(auto&& field) {
    using M = ConnectionProfile;
    field("name", &M::name);
    field("group_alias", &M::group_alias);
    field("group_urls", &M::group_urls);
    field("methods", &M::methods);
    field("certificate_user", &M::certificate_user);
    field("aaa", &M::aaa);
    field("group_policy", &M::group_policy);
  }
};

// Inner addresses. The first host address of each network is the gateway's own.
struct AddressPool {
  std::string name;
  std::optional<Prefix> ipv4;
  std::optional<Prefix> ipv6;
  bool operator==(const AddressPool&) const = default;

  static void each_field(auto&& field) {
    using M = AddressPool;
    field("name", &M::name);
    field("ipv4", &M::ipv4);
    field("ipv6", &M::ipv6);
  }
};

// The gateway's own address inside the tunnel: the first host address of a pool.
Address gateway_address(const Prefix& pool);

// A client profile that the downloader serves (phase 4).
struct ClientProfileFile {
  std::string name;  // without a folder: the last part of its URL
  std::string hash;  // SHA-1 of the content, upper-case hex
  std::string content;
  bool operator==(const ClientProfileFile&) const = default;

  static void each_field(auto&& field) {
    field("name", &ClientProfileFile::name);
    field("hash", &ClientProfileFile::hash);
    field("content", &ClientProfileFile::content);
  }
};

// All that a login looks up. There is one so far, the default.
struct VirtualHost {
  std::vector<ConnectionProfile> connection_profiles;  // in the configuration's order
  std::string default_profile;
  std::vector<GroupPolicy> group_policies;
  std::vector<AddressPool> address_pools;
  std::vector<ClientProfileFile> client_profiles;
  bool operator==(const VirtualHost&) const = default;

  // nullptr: there is none of that name.
  const ConnectionProfile* profile(std::string_view name) const;
  const GroupPolicy* policy(std::string_view name) const;
  const AddressPool* pool(std::string_view name) const;
  // The file that a session under this policy was told of.
  const ClientProfileFile* client_profile(const GroupPolicy& policy) const;

  static void each_field(auto&& field) {
    using M = VirtualHost;
    field("connection_profiles", &M::connection_profiles);
    field("default_profile", &M::default_profile);
    field("group_policies", &M::group_policies);
    field("address_pools", &M::address_pools);
    field("client_profiles", &M::client_profiles);
  }
};

struct GatewaySettings {
  std::uint64_t generation = 0;  // counts reloads; a session keeps the generation it was made under
  std::int64_t started_at = 0;   // of the supervisor, seconds of CLOCK_BOOTTIME, for the uptime
  std::uint16_t workers = 1;
  std::uint32_t owner = 0;                   // uid of the supervisor
  std::optional<std::uint32_t> admin_group;  // gid that may use the admin API beside root
  TlsSettings tls;
  DtlsSettings dtls;
  VirtualHost default_host;
  std::uint16_t mtu_limit = 0;  // upper bound of the inner MTU; 0: none
  bool operator==(const GatewaySettings&) const = default;

  static void each_field(auto&& field) {
    using M = GatewaySettings;
    field("generation", &M::generation);
    field("started_at", &M::started_at);
    field("workers", &M::workers);
    field("owner", &M::owner);
    field("admin_group", &M::admin_group);
    field("tls", &M::tls);
    field("dtls", &M::dtls);
    field("default_host", &M::default_host);
    field("mtu_limit", &M::mtu_limit);
  }
};

}  // namespace sallyport::proto
