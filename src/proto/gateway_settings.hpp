// What the gateway process is told of the configuration: values and public bytes only. Private keys and
// password files never come this way.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/codec.hpp"

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

struct GatewaySettings {
  std::uint64_t generation = 0;  // counts reloads; a session keeps the generation it was made under
  std::int64_t started_at = 0;   // of the supervisor, seconds of CLOCK_BOOTTIME, for the uptime
  std::uint16_t workers = 1;
  std::uint32_t owner = 0;                   // uid of the supervisor
  std::optional<std::uint32_t> admin_group;  // gid that may use the admin API beside root
  TlsSettings tls;
  bool operator==(const GatewaySettings&) const = default;

  static void each_field(auto&& field) {
    using M = GatewaySettings;
    field("generation", &M::generation);
    field("started_at", &M::started_at);
    field("workers", &M::workers);
    field("owner", &M::owner);
    field("admin_group", &M::admin_group);
    field("tls", &M::tls);
  }
};

}  // namespace sallyport::proto
