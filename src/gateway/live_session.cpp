#include "gateway/live_session.hpp"

namespace sallyport::gateway {

net::Task<std::optional<store::Session>> live_session(const Caller& caller, const Secret& token) {
  if (token.empty()) co_return std::nullopt;
  auto session = or_throw(co_await caller.services.sessions.find(store::hash_of(token)));
  const auto end = session ? store::end_of(*session) : std::nullopt;
  if (end && *end <= caller.services.clock.now()) session.reset();
  if (session) caller.ticket.leave();
  co_return session;
}

}  // namespace sallyport::gateway
