// What the end of a tunnel means for the session and its token (after phase 5): pure rules of the gateway,
// with the reason bytes that both ends write and read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "proto/user_agent.hpp"

namespace sallyport::proto {

// First byte of a DISCONNECT's payload, client → gateway (observed with openconnect 9.01 and AnyConnect).
namespace disconnect_reason {
inline constexpr std::uint8_t user = 0xb0;
inline constexpr std::uint8_t local_error = 0x70;
inline constexpr std::uint8_t reconnecting = 0x91;
inline constexpr std::uint8_t suspended = 0xd1;
}  // namespace disconnect_reason

// nullopt: the token lives until the session's own limits (Disconnected-Timeout among them); 0 s: it is dead.
using TokenLife = std::optional<std::chrono::seconds>;

// The client said DISCONNECT. It can only once it has sent its CONNECT: frames are read from the 200 on.
TokenLife token_life_after_disconnect(std::optional<std::uint8_t> reason, UserAgent agent);

// Any other end.
enum class TunnelEnd : std::uint8_t {
  connection_lost,  // TCP closed or reset, DPD found the peer dead
  replaced,         // a second CONNECT with the same token took over
  gateway_stops,    // the service restarts: the client is to come back
  logout,
  idle_timeout,
  session_timeout,
  admin,            // disconnected by an admin
  duplicate_login,  // the user's limit of sessions
};
struct EndRule {
  TokenLife token_life;
  bool say_disconnect;  // else TCP is just closed, and the client reconnects
};
EndRule rule_for(TunnelEnd end);

}  // namespace sallyport::proto
