#include "proto/lifetimes.hpp"

namespace sallyport::proto {

namespace {

using std::chrono::seconds;
constexpr seconds dead(0);
constexpr seconds grace(15);  // AnyConnect says DISCONNECT on a network change and is back within seconds

bool mentions(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

Agent agent_of(std::string_view user_agent) {
  // "AnyConnect-compatible OpenConnect VPN Agent" (from 9.20 on) begins like AnyConnect and is openconnect.
  if (user_agent.starts_with("Open AnyConnect VPN Agent") || mentions(user_agent, "OpenConnect")) {
    return Agent::openconnect;
  }
  const bool cisco = user_agent.starts_with("AnyConnect") || user_agent.starts_with("Cisco AnyConnect") ||
                     user_agent.starts_with("Cisco Secure Client");
  return cisco ? Agent::anyconnect : Agent::other;
}

TokenLife token_life_after_disconnect(std::optional<std::uint8_t> reason, Agent agent, bool tunnel_open) {
  if (reason != disconnect_reason::user) return std::nullopt;
  return agent == Agent::openconnect && tunnel_open ? dead : grace;
}

EndRule rule_for(TunnelEnd end) {
  switch (end) {
    case TunnelEnd::connection_lost:
    case TunnelEnd::replaced:
    case TunnelEnd::gateway_stops:
      return {std::nullopt, false};
    case TunnelEnd::logout:
    case TunnelEnd::idle_timeout:
    case TunnelEnd::session_timeout:
    case TunnelEnd::admin:
    case TunnelEnd::duplicate_login:
      break;
  }
  return {dead, true};
}

}  // namespace sallyport::proto
