// SessionStore that lives as long as its process: for tests, and for a gateway without a state directory.
#pragma once

#include <mutex>

#include "store/session_store.hpp"
#include "store/session_table.hpp"

namespace sallyport::store {

class MemoryStore : public SessionStore {
 public:
  net::Task<Result<Created>> create(Session session) override;
  net::Task<Result<std::optional<Session>>> find(TokenHash token) override;
  net::Task<Result<std::optional<Session>>> find(SessionId id) override;
  net::Task<Result<Session>> update(Session session) override;
  net::Task<Result<std::optional<Session>>> claim(SessionId id, Claim claim) override;
  net::Task<Result<Session>> lease(SessionId id, proto::AddressPool pool, bool ipv4, bool ipv6) override;
  net::Task<Result<std::vector<Session>>> list() override;
  net::Task<Result<bool>> remove(SessionId id) override;
  net::Task<Result<std::vector<Session>>> expire(WallTime now) override;

 private:
  std::mutex mutex_;
  SessionTable table_;
};

}  // namespace sallyport::store
