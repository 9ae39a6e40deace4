// The sessions in the admin API: `sallyportctl sessions`, `session` and `disconnect`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

inline constexpr std::string_view admin_sessions_path = "/api/v1/sessions";      // GET
inline constexpr std::string_view admin_disconnect_path = "/api/v1/disconnect";  // POST, a DisconnectOrder

struct SessionEntry {
  struct Channel {
    std::optional<std::string> version;
    std::optional<std::string> cipher;
    bool operator==(const Channel&) const = default;
  };

  std::uint64_t id = 0;
  std::string state;  // connected, detached
  std::string user;
  std::string connection_profile;
  std::string group_policy;
  std::string remote_address;
  std::optional<std::string> ipv4;
  std::optional<std::string> ipv6;
  std::string user_agent;
  std::string hostname;
  std::string created_at;                   // RFC 3339
  std::optional<std::string> connected_at;  // ...
  std::optional<std::string> expires_at;    // ...
  Channel tls;
  std::string dtls_state = "none";  // none, negotiating, up
  Channel dtls;
  std::optional<std::uint64_t> mtu;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_packets = 0;
  std::uint64_t tx_packets = 0;
  bool operator==(const SessionEntry&) const = default;

  std::string serialize() const;
  static Result<SessionEntry> parse(std::string_view json);
};

std::string serialize_sessions(const std::vector<SessionEntry>& sessions);
Result<std::vector<SessionEntry>> parse_sessions(std::string_view json);

// Whose sessions are to end; exactly one of the three is said.
struct DisconnectOrder {
  std::optional<std::uint64_t> id;
  std::optional<std::string> user;
  bool all = false;
  bool operator==(const DisconnectOrder&) const = default;

  std::string serialize() const;
  static Result<DisconnectOrder> parse(std::string_view json);
};

}  // namespace sallyport::proto
