// Who is logged in and which inner address is whose. Any thread may call; a change is durable when its task
// returns. Errors: conflict (as said at each), unavailable (the disk is full or broken: nothing has changed).
#pragma once

#include <optional>
#include <vector>

#include "net/task.hpp"
#include "store/session.hpp"

namespace sallyport::store {

struct Created {
  Session session;
  std::vector<Session> ended;  // as they were last
};

class SessionStore {
 public:
  SessionStore() = default;
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;
  virtual ~SessionStore() = default;

  // A new session, version 1, without addresses. Sessions of the same user end for it where its policy has a
  // limit of them (choose_to_end), in the same change. conflict: its id or token is taken; denied: the limit
  // is reached, and none may end.
  virtual net::Task<Result<Created>> create(Session session) = 0;
  virtual net::Task<Result<std::optional<Session>>> find(TokenHash token) = 0;
  virtual net::Task<Result<std::optional<Session>>> find(SessionId id) = 0;
  // Replaces the record if its version is still session.version. conflict: it is not, or the record is gone.
  // Token, addresses, generation and node stay as they are stored: lease() and claim() alone change them.
  virtual net::Task<Result<Session>> update(Session session) = 0;
  // Makes claim.node the owner, with a tunnel from claim.at on, and fences whoever was: generation grows by
  // one. The token lives on (dies_at is cleared). nothing: there is no such session.
  virtual net::Task<Result<std::optional<Session>>> claim(SessionId id, Claim claim) = 0;
  // Gives the session its inner addresses from the pool, the same ones each time as long as they belong to it
  // (then nothing changes, not even the version). A user who comes back gets the address he had, unless it
  // was taken then or is now. A family that is not wanted, or that the pool does not have, is left out; an
  // address the session had of it is free again. unavailable: a wanted family that the pool has is used up,
  // and nothing has changed; conflict: no such session.
  virtual net::Task<Result<Session>> lease(SessionId id, proto::AddressPool pool, bool ipv4, bool ipv6) = 0;
  virtual net::Task<Result<std::vector<Session>>> list() = 0;
  // Removes the record, freeing token and addresses; false: there was none.
  virtual net::Task<Result<bool>> remove(SessionId id) = 0;
  // Removes what is over at `now` (expires_at, dies_at) and says what that was.
  virtual net::Task<Result<std::vector<Session>>> expire(WallTime now) = 0;
};

}  // namespace sallyport::store
