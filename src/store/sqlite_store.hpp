// SessionStore in memory with an SQLite database behind it: what a gateway process knows survives it. One
// thread, the writer, makes all changes: it takes those that wait, makes them in memory, writes them in one
// transaction, then completes their tasks. If the disk does not take them, it undoes them in memory and
// their tasks return unavailable; since nobody else makes changes, nothing can have slipped in between.
// Readers may see a change a moment before it is durable.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "store/policy_table.hpp"
#include "store/session_database.hpp"
#include "store/session_store.hpp"
#include "store/session_table.hpp"

namespace sallyport::store {

class SqliteStore : public SessionStore {
 public:
  // Takes the database and its write-ahead log, both existing (empty at first) and open for reading and
  // writing, and reads all sessions back, as detached ones: those that had a tunnel when the earlier process
  // ended have their policy's idle timeout from `now` on to come back. No file is opened here or later, so
  // the sandbox may be up; a thread is started, so it should be: Landlock does not bind threads that are
  // older. Errors as SessionDatabase's, fit for an admin.
  static Result<std::unique_ptr<SessionStore>> open(Descriptor database, Descriptor log, WallTime now);
  // Writes what waits. The executors of the tasks that wait must still be there: the store goes before the
  // loops that use it.
  ~SqliteStore() override;

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
  struct Change;  // one that waits for the writer
  template <class T>
  struct ChangeOf;
  using Changes = std::vector<std::shared_ptr<Change>>;

  explicit SqliteStore(SessionDatabase database) : database_(std::move(database)) {}
  Result<void> load(WallTime now);
  template <class T>
  net::Task<Result<T>> put(Session session, Result<T> (SessionTable::*into)(Session));

  template <class T>
  net::Task<Result<T>> change(std::function<Result<T>(SessionTable&)> operation);

  // The writer's.
  void write_until_stopped();
  Changes next_changes();
  void make(Changes changes);
  Result<void> save();
  void report(const Result<void>& saved);

  std::mutex mutex_;  // guards the table, except from the writer's own reading, and what waits
  SessionTable table_;
  Changes waiting_;
  bool is_stopping_ = false;
  std::condition_variable wake_writer_;

  PolicyTable policies_;  // from here on the writer's alone
  SessionDatabase database_;
  bool is_failing_ = false;
  std::jthread writer_;  // joined first
};

}  // namespace sallyport::store
