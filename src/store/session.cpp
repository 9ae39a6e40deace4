#include "store/session.hpp"

#include <algorithm>

#include "store/sha256.hpp"

namespace sallyport::store {

TokenHash hash_of(const Secret& token) {
  return sha256_of(token.reveal());
}

std::optional<WallTime> end_of(const Session& session) {
  if (!session.expires_at) return session.dies_at;
  if (!session.dies_at) return session.expires_at;
  return std::min(*session.expires_at, *session.dies_at);
}

void begin(Session& session, WallTime now) {
  const auto limit = policy_of(session).session_timeout;
  session.created_at = now;
  session.dies_at = now + unused_life;
  if (limit.count() > 0) session.expires_at = now + limit;
}

void detach(Session& session, WallTime now, std::optional<std::chrono::seconds> life) {
  session.connected_at.reset();
  const auto idle = policy_of(session).idle_timeout;
  if (!life && !session.dies_at && idle.count() > 0) life = idle;
  if (life) session.dies_at = now + *life;
}

void restore(Session& session, WallTime now) {
  detach(session, now);
  const auto& policy = policy_of(session);
  if (session.expires_at && policy.session_timeout.count() > 0) {
    session.expires_at = std::min(*session.expires_at, now + policy.session_timeout);
  }
  if (session.dies_at) {
    session.dies_at = std::min(*session.dies_at, now + std::max(policy.idle_timeout, unused_life));
  }
}

const proto::GroupPolicy& policy_of(const Session& session) {
  static const proto::GroupPolicy none;
  return session.policy ? *session.policy : none;
}

}  // namespace sallyport::store
