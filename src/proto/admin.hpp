// Messages of the admin API: JSON over HTTP, spoken by sallyportctl and the gateway. Keys are snake_case,
// sizes bytes, times RFC 3339 or *_seconds; an absent value is null, never a missing key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "proto/role_messages.hpp"

namespace sallyport::proto {

inline constexpr std::string_view admin_status_path = "/api/v1/status";  // GET
inline constexpr std::string_view admin_reload_path = "/api/v1/reload";  // POST
inline constexpr std::string_view admin_stop_path = "/api/v1/stop";      // POST, a StopOrder as body

// Of sessions and connections: JSON's readers have doubles, which are exact so far.
inline constexpr std::uint64_t max_admin_id = (std::uint64_t{1} << 53) - 1;

// What carries the packets, and what it could not carry.
struct DataPathStatus {
  std::string crypto;       // the library that seals and opens DTLS records
  std::string tun_offload;  // super-packets from the TUN interface: none, tcp, tcp_and_udp
  bool coalesce_tcp = false;
  bool coalesce_udp = false;
  bool udp_gso = false;
  bool udp_gro = false;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;  // packets since the start, by reason
  bool operator==(const DataPathStatus&) const = default;
};

struct Status {
  std::string version;
  std::uint64_t uptime_seconds = 0;
  std::uint64_t sessions = 0;  // connected
  std::uint64_t workers = 0;
  std::uint32_t pid = 0;         // the supervisor's
  std::uint64_t generation = 0;  // of the configuration: 1 at the start, one more with each reload
  std::vector<ProcessInfo> processes;
  DataPathStatus data_path;
  bool operator==(const Status&) const = default;

  std::string serialize() const;
  static Result<Status> parse(std::string_view json);
};

struct StopOrder {
  bool end_sessions = false;
  bool operator==(const StopOrder&) const = default;

  std::string serialize() const;
  static Result<StopOrder> parse(std::string_view json);  // an empty body is the default
};

// A line of `sallyportctl user list --json`.
struct UserEntry {
  std::string name;
  std::vector<std::string> groups;
  bool locked = false;
};
std::string serialize_users(const std::vector<UserEntry>& users);

// The body of an answer that is not 2xx (RFC 9457 problem details).
struct Problem {
  int status = 500;
  std::string title;
  std::string detail;
  bool operator==(const Problem&) const = default;

  std::string serialize() const;
  static Result<Problem> parse(std::string_view json);
};

}  // namespace sallyport::proto
