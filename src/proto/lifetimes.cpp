#include "proto/lifetimes.hpp"

namespace sallyport::proto {

namespace {

using std::chrono::seconds;
constexpr seconds dead(0);
constexpr seconds grace(15);  // AnyConnect says DISCONNECT on a network change and is back within seconds

}  // namespace

TokenLife token_life_after_disconnect(std::optional<std::uint8_t> reason, UserAgent agent) {
  if (reason != disconnect_reason::user) return std::nullopt;
  const bool means_it = is_openconnect(agent) || agent == UserAgent::sallyport;
  return means_it ? dead : grace;
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
