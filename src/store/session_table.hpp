// All sessions in memory with the look-ups they need: by id, token, leased address and end. The operations of
// SessionStore as plain functions; both stores are built on it. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "store/session_store.hpp"

namespace sallyport::store {

class SessionTable {
 public:
  // The operations of SessionStore, with the same results and errors.
  Result<Created> create(Session session);
  std::optional<Session> find(const TokenHash& token) const;
  std::optional<Session> find(SessionId id) const;
  Result<Session> update(Session session);
  std::optional<Session> claim(SessionId id, const Claim& claim);
  Result<Session> lease(SessionId id, const proto::AddressPool& pool, bool ipv4, bool ipv6);
  std::vector<Session> list() const;  // by id
  bool remove(SessionId id);
  std::vector<Session> expire(WallTime now);

  // Takes a record as it is, when sessions are read back. conflict: its id, token or address is taken.
  Result<void> restore(Session session);
  // nullptr: there is none. Valid until the next change.
  const Session* look_at(SessionId id) const;

  // A transaction: from begin() on the table remembers how changed records were before, until keep() or
  // undo() ends it.
  using Before = std::map<SessionId, std::optional<Session>>;  // nothing: there was no such session
  void begin();
  const Before& changed() const { return *before_; }  // between begin() and its end
  void keep();
  void undo();

 private:
  std::vector<const Session*> sessions_of(const std::string& user) const;
  void put(Session session);
  void drop(SessionId id);
  void note(SessionId id);

  std::map<SessionId, Session> sessions_;
  std::map<TokenHash, SessionId> by_token_;
  std::set<Address> leased_;
  std::set<std::pair<WallTime, SessionId>> ends_;  // those that end by themselves
  std::optional<Before> before_;
};

}  // namespace sallyport::store
