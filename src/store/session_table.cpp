#include "store/session_table.hpp"

#include "store/address_leases.hpp"
#include "store/session_limit.hpp"

namespace sallyport::store {

Result<Created> SessionTable::create(Session session) {
  if (sessions_.contains(session.id)) return fail(ErrorKind::conflict, "there is a session of this id");
  if (by_token_.contains(session.token_hash))
    return fail(ErrorKind::conflict, "there is a session of this token");
  Created created;
  std::vector<SessionId> to_end;
  if (policy_of(session).max_sessions_per_user > 0) {
    to_end = TRY(choose_to_end(session, sessions_of(session.user)));
  }
  for (const auto id : to_end) {
    created.ended.push_back(sessions_.at(id));
    remove(id);
  }
  session.ipv4.reset();
  session.ipv6.reset();
  session.version = 1;
  put(session);
  created.session = std::move(session);
  return created;
}

std::optional<Session> SessionTable::find(const TokenHash& token) const {
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return std::nullopt;
  return find(found->second);
}

std::optional<Session> SessionTable::find(SessionId id) const {
  const auto* session = look_at(id);
  if (session == nullptr) return std::nullopt;
  return *session;
}

Result<Session> SessionTable::update(Session session) {
  const auto* stored = look_at(session.id);
  if (stored == nullptr) return fail(ErrorKind::conflict, "the session is gone");
  if (stored->version != session.version)
    return fail(ErrorKind::conflict, "the session was changed meanwhile");
  session.token_hash = stored->token_hash;
  session.ipv4 = stored->ipv4;
  session.ipv6 = stored->ipv6;
  session.generation = stored->generation;
  session.node = stored->node;
  ++session.version;
  put(session);
  return session;
}

std::optional<Session> SessionTable::claim(SessionId id, const Claim& claim) {
  auto session = find(id);
  if (!session) return std::nullopt;
  session->node = claim.node;
  session->connected_at = claim.at;
  session->remote = claim.remote;
  session->user_agent = claim.user_agent.substr(0, max_user_agent);
  session->hostname = claim.hostname.substr(0, max_hostname);
  session->dies_at.reset();
  ++session->generation;
  ++session->version;
  put(*session);
  return session;
}

Result<Session> SessionTable::lease(SessionId id, const proto::AddressPool& pool, bool ipv4, bool ipv6) {
  auto session = find(id);
  if (!session) return fail(ErrorKind::conflict, "the session is gone");
  const Lease held{session->ipv4, session->ipv6};
  const auto lease = TRY(choose_lease(held, pool, session->user, ipv4, ipv6, leased_));
  if (lease == held) return *session;
  session->ipv4 = lease.ipv4;
  session->ipv6 = lease.ipv6;
  ++session->version;
  put(*session);
  return *session;
}

std::vector<Session> SessionTable::list() const {
  std::vector<Session> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session);
  return sessions;
}

bool SessionTable::remove(SessionId id) {
  if (!sessions_.contains(id)) return false;
  note(id);
  drop(id);
  return true;
}

std::vector<Session> SessionTable::expire(WallTime now) {
  std::vector<Session> over;
  while (!ends_.empty() && ends_.begin()->first <= now) {
    const auto id = ends_.begin()->second;
    over.push_back(sessions_.at(id));
    remove(id);
  }
  return over;
}

Result<void> SessionTable::restore(Session session) {
  const auto is_leased = [&](const std::optional<Address>& address) {
    return address && leased_.contains(*address);
  };
  if (sessions_.contains(session.id) || by_token_.contains(session.token_hash) || is_leased(session.ipv4) ||
      is_leased(session.ipv6))
    return fail(ErrorKind::conflict, "two sessions share an id, a token or an address");
  put(std::move(session));
  return {};
}

const Session* SessionTable::look_at(SessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void SessionTable::begin() {
  before_.emplace();
}

void SessionTable::keep() {
  before_.reset();
}

void SessionTable::undo() {
  const auto before = *std::exchange(before_, std::nullopt);
  // First all go, then the old ones come back: a token or an address may have passed from one to another.
  for (const auto& [id, session] : before) drop(id);
  for (const auto& [id, session] : before) {
    if (session) put(*session);
  }
}

// Looks at all: the login before it has taken longer.
std::vector<const Session*> SessionTable::sessions_of(const std::string& user) const {
  std::vector<const Session*> found;
  for (const auto& [id, session] : sessions_) {
    if (session.user == user) found.push_back(&session);
  }
  return found;
}

void SessionTable::put(Session session) {
  note(session.id);
  drop(session.id);
  by_token_.emplace(session.token_hash, session.id);
  if (session.ipv4) leased_.insert(*session.ipv4);
  if (session.ipv6) leased_.insert(*session.ipv6);
  if (const auto end = end_of(session)) ends_.emplace(*end, session.id);
  const auto id = session.id;
  sessions_.emplace(id, std::move(session));
}

void SessionTable::drop(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const auto& session = found->second;
  by_token_.erase(session.token_hash);
  if (session.ipv4) leased_.erase(*session.ipv4);
  if (session.ipv6) leased_.erase(*session.ipv6);
  if (const auto end = end_of(session)) ends_.erase({*end, id});
  sessions_.erase(found);
}

void SessionTable::note(SessionId id) {
  if (before_) before_->try_emplace(id, find(id));
}

}  // namespace sallyport::store
