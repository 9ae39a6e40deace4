// A session: what a login made and a token names. It outlives TCP connections, gateway processes and
// restarts; limits, timers and accounting belong to it. Times are wall clock.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/ip.hpp"
#include "base/secret.hpp"
#include "proto/gateway_settings.hpp"

namespace sallyport::store {

using SessionId = std::uint64_t;  // below 2^53: JSON tools read it exactly
using WallTime = std::chrono::sys_seconds;

// SHA-256 of the session token: a stolen state file opens no session.
using TokenHash = std::array<std::uint8_t, 32>;
TokenHash hash_of(const Secret& token);

// Of inner packets since the login, over all tunnels.
struct Totals {
  std::uint64_t rx_packets = 0;  // from the client
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  bool operator==(const Totals&) const = default;

  static void each_field(auto&& field) {
    using M = Totals;
    field("rx_packets", &M::rx_packets);
    field("rx_bytes", &M::rx_bytes);
    field("tx_packets", &M::tx_packets);
    field("tx_bytes", &M::tx_bytes);
  }
};

// Of a session that nobody connects to: as long as ocserv's cookies live.
inline constexpr std::chrono::seconds unused_life{300};

// Longer ones are cut.
inline constexpr std::size_t max_user_agent = 128;
inline constexpr std::size_t max_hostname = 255;

struct Session {
  SessionId id = 0;
  TokenHash token_hash{};
  std::string user;
  std::string connection_profile;
  std::shared_ptr<const proto::GroupPolicy> policy;  // as it was at the login; sessions share one
  std::optional<Address> ipv4;                       // leased at the first CONNECT
  std::optional<Address> ipv6;
  std::string user_agent;
  std::string hostname;                  // the client's
  Endpoint remote;                       // of the latest connection
  WallTime created_at{};                 // the login
  std::optional<WallTime> connected_at;  // of the tunnel that runs; none: detached
  std::optional<WallTime> expires_at;    // session timeout; none: no limit
  std::optional<WallTime> dies_at;       // while detached: the token's end unless a CONNECT comes before
  // How long it had carried no user data (proto/idle_time.hpp) at its latest tunnel's end, or up to a minute
  // ago while it has one: that much a kill of the gateway may cost.
  std::chrono::milliseconds idle{0};
  Totals totals;
  std::uint64_t generation = 0;  // counts claims: only the latest owner may speak for the session
  std::uint32_t node = 0;        // the owner
  std::uint64_t version = 0;     // counts changes, set by the store

  // As the file has it: without the policy, which stands there once for all its sessions.
  static void each_field(auto&& field) {
    using M = Session;
    field("id", &M::id);
    field("token_hash", &M::token_hash);
    field("user", &M::user);
    field("connection_profile", &M::connection_profile);
    field("ipv4", &M::ipv4);
    field("ipv6", &M::ipv6);
    field("user_agent", &M::user_agent);
    field("hostname", &M::hostname);
    field("remote", &M::remote);
    field("created_at", &M::created_at);
    field("connected_at", &M::connected_at);
    field("expires_at", &M::expires_at);
    field("dies_at", &M::dies_at);
    field("idle", &M::idle);
    field("totals", &M::totals);
    field("generation", &M::generation);
    field("node", &M::node);
    field("version", &M::version);
  }
};

// What a CONNECT brings: who has the session from now on, and from where its client comes.
struct Claim {
  std::uint32_t node = 0;
  WallTime at{};
  Endpoint remote;
  std::string user_agent;
  std::string hostname;
};

// The end it comes to by itself, whichever is first; none: it has none.
std::optional<WallTime> end_of(const Session& session);

// Logged in at `now`, under its policy; without a tunnel so far.
void begin(Session& session, WallTime now);

// Its tunnel is gone: it lives as long as `life` says, or else as the policy's idle timeout does, from `now`.
void detach(Session& session, WallTime now, std::optional<std::chrono::seconds> life = {});

// Read back by the gateway process that serves it from `now` on: what tunnel it had is gone with the former
// one. The stored times are the clock's of then. If that was wrong and ahead, they are far in the future:
// nothing lives longer than its policy gives a new session.
void restore(Session& session, WallTime now);

// Built-in values for a session without a policy: a record of the file may lack one.
const proto::GroupPolicy& policy_of(const Session& session);

}  // namespace sallyport::store
