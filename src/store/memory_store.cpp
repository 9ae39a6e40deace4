#include "store/memory_store.hpp"

namespace sallyport::store {

// None of these tasks waits, so the lock is never held across a suspension.

net::Task<Result<Created>> MemoryStore::create(Session session) {
  const std::lock_guard lock(mutex_);
  co_return table_.create(std::move(session));
}

net::Task<Result<std::optional<Session>>> MemoryStore::find(TokenHash token) {
  const std::lock_guard lock(mutex_);
  co_return table_.find(token);
}

net::Task<Result<std::optional<Session>>> MemoryStore::find(SessionId id) {
  const std::lock_guard lock(mutex_);
  co_return table_.find(id);
}

net::Task<Result<Session>> MemoryStore::update(Session session) {
  const std::lock_guard lock(mutex_);
  co_return table_.update(std::move(session));
}

net::Task<Result<std::optional<Session>>> MemoryStore::claim(SessionId id, Claim claim) {
  const std::lock_guard lock(mutex_);
  co_return table_.claim(id, claim);
}

net::Task<Result<Session>> MemoryStore::lease(SessionId id, proto::AddressPool pool, bool ipv4, bool ipv6) {
  const std::lock_guard lock(mutex_);
  co_return table_.lease(id, pool, ipv4, ipv6);
}

net::Task<Result<std::vector<Session>>> MemoryStore::list() {
  const std::lock_guard lock(mutex_);
  co_return table_.list();
}

net::Task<Result<bool>> MemoryStore::remove(SessionId id) {
  const std::lock_guard lock(mutex_);
  co_return table_.remove(id);
}

net::Task<Result<std::vector<Session>>> MemoryStore::expire(WallTime now) {
  const std::lock_guard lock(mutex_);
  co_return table_.expire(now);
}

}  // namespace sallyport::store
