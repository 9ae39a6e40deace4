#include "store/sqlite_store.hpp"

#include <map>

#include "base/log.hpp"
#include "net/signal.hpp"

namespace sallyport::store {

// Shared by the task that waits and the writer: neither minds if the other goes first.
struct SqliteStore::Change {
  explicit Change(const net::Executor& waiter) : executor(waiter), completed(waiter) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  virtual ~Change() = default;

  virtual void make(SessionTable& table) = 0;
  virtual void fail(const Error& error) = 0;

  // Hands the change over to its task's thread. The writer keeps no reference: the last one must go there.
  static void complete(std::shared_ptr<Change> change) {
    const auto executor = change->executor;
    net::post(executor, [change = std::move(change)] {
      change->is_complete = true;
      change->completed.notify();
    });
  }

  const net::Executor executor;
  net::Signal completed;
  bool is_complete = false;  // used in the executor's thread only
};

template <class T>
struct SqliteStore::ChangeOf : Change {
  ChangeOf(const net::Executor& waiter, std::function<Result<T>(SessionTable&)> what)
      : Change(waiter), operation(std::move(what)) {}
  void make(SessionTable& table) override { result = operation(table); }
  void fail(const Error& error) override { result = tl::unexpected(error); }

  std::function<Result<T>(SessionTable&)> operation;
  Result<T> result;
};

Result<std::unique_ptr<SessionStore>> SqliteStore::open(Descriptor database, Descriptor log, WallTime now) {
  auto opened = TRY(SessionDatabase::open(std::move(database), std::move(log)));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(opened)));
  TRY(store->load(now));
  store->writer_ = std::jthread(&SqliteStore::write_until_stopped, store.get());
  return store;
}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_writer_.notify_one();
}

Result<void> SqliteStore::load(WallTime now) {
  const auto rows = TRY(database_.load());
  std::map<PolicyKey, PolicyPointer> policies{{PolicyKey{}, nullptr}};
  for (const auto& [key, record] : rows.policies) {
    auto policy = policies_.restore(key, record);
    if (!policy) return fail_damaged(policy.error().text);
    policies.emplace(key, std::move(*policy));
  }
  for (const auto& [id, bytes] : rows.sessions) {
    auto record = decode_session(bytes);
    if (!record) return fail_damaged(record.error().text);
    const auto policy = policies.find(record->policy);
    if (policy == policies.end()) return fail_damaged("a session's policy is missing");
    if (record->session.id != id) return fail_damaged("a session has another's id");
    record->session.policy = policy->second;
    restore(record->session, now);
    if (auto restored = table_.restore(std::move(record->session)); !restored)
      return fail_damaged(restored.error().text);
  }
  return {};
}

net::Task<Result<Created>> SqliteStore::create(Session session) {
  return put(std::move(session), &SessionTable::create);
}

net::Task<Result<std::optional<Session>>> SqliteStore::find(TokenHash token) {
  const std::lock_guard lock(mutex_);
  co_return table_.find(token);
}

net::Task<Result<std::optional<Session>>> SqliteStore::find(SessionId id) {
  const std::lock_guard lock(mutex_);
  co_return table_.find(id);
}

net::Task<Result<Session>> SqliteStore::update(Session session) {
  return put(std::move(session), &SessionTable::update);
}

net::Task<Result<std::optional<Session>>> SqliteStore::claim(SessionId id, Claim claim) {
  return change<std::optional<Session>>(
      [id, claim = std::move(claim)](SessionTable& table) { return table.claim(id, claim); });
}

net::Task<Result<Session>> SqliteStore::lease(SessionId id, proto::AddressPool pool, bool ipv4, bool ipv6) {
  return change<Session>([id, pool = std::move(pool), ipv4, ipv6](SessionTable& table) {
    return table.lease(id, pool, ipv4, ipv6);
  });
}

net::Task<Result<std::vector<Session>>> SqliteStore::list() {
  const std::lock_guard lock(mutex_);
  co_return table_.list();
}

net::Task<Result<bool>> SqliteStore::remove(SessionId id) {
  return change<bool>([=](SessionTable& table) { return table.remove(id); });
}

net::Task<Result<std::vector<Session>>> SqliteStore::expire(WallTime now) {
  return change<std::vector<Session>>([=](SessionTable& table) { return table.expire(now); });
}

template <class T>
net::Task<Result<T>> SqliteStore::put(Session session, Result<T> (SessionTable::*into)(Session)) {
  return change<T>([this, session = std::move(session), into](SessionTable& table) mutable -> Result<T> {
    if (!fits_record(session)) {
      return fail(ErrorKind::malformed, "the session's names are too long to be stored");
    }
    session.policy = policies_.intern(session.policy);
    return (table.*into)(std::move(session));
  });
}

template <class T>
net::Task<Result<T>> SqliteStore::change(std::function<Result<T>(SessionTable&)> operation) {
  const auto executor = co_await net::this_executor();
  const auto change = std::make_shared<ChangeOf<T>>(executor, std::move(operation));
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(change);
  }
  wake_writer_.notify_one();
  // No wake-up is missed: it is posted to this thread, which is here until it waits.
  while (!change->is_complete) co_await change->completed.wait();
  co_return std::move(change->result);
}

void SqliteStore::write_until_stopped() {
  while (true) {
    auto changes = next_changes();
    if (changes.empty()) return;
    make(std::move(changes));
  }
}

// Empty: the store stops, and nothing waits any more.
SqliteStore::Changes SqliteStore::next_changes() {
  std::unique_lock lock(mutex_);
  wake_writer_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
  return std::exchange(waiting_, {});
}

void SqliteStore::make(Changes changes) {
  {
    const std::lock_guard lock(mutex_);
    table_.begin();
    for (const auto& change : changes) change->make(table_);
  }
  const auto saved = save();
  {
    const std::lock_guard lock(mutex_);
    if (saved) table_.keep();
    if (!saved) table_.undo();
  }
  for (auto& change : changes) {
    // Also those that changed nothing: what they found may just have been undone.
    if (!saved) change->fail(saved.error());
    Change::complete(std::move(change));
  }
}

Result<void> SqliteStore::save() {
  if (table_.changed().empty()) return {};
  SessionDatabase::Change change;
  for (const auto& [id, before] : table_.changed()) {
    if (const auto* session = table_.look_at(id)) {
      change.put.sessions.emplace_back(id, encode_session(*session, policies_.key_of(session->policy)));
    } else if (before) {
      change.removed_sessions.push_back(id);
    }
  }
  auto policies = policies_.difference();
  change.put.policies = policies.missing;
  change.removed_policies = policies.unused;
  auto saved = database_.save(change);
  if (saved) policies_.saved(policies);
  report(saved);
  return saved;
}

void SqliteStore::report(const Result<void>& saved) {
  if (!saved && !is_failing_) log::warning(saved.error().text + "; new logins are refused until it can");
  if (saved && is_failing_) log::notice("the session store can be written again");
  is_failing_ = !saved;
}

}  // namespace sallyport::store
