#include "store/session_database.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sallyport::store {

namespace {

// Grows with every change of the tables or of a record's format.
constexpr std::int64_t schema_version = 1;

constexpr const char* remedy =
    "remove the session store's files from the state directory and start again; everybody logs in anew";

// An error while opening, told from those of running: nothing works yet, so the reader is an admin.
tl::unexpected<Error> fail_opening(const Error& error) {
  if (error.kind == ErrorKind::malformed) return fail_damaged(error.text);
  if (error.kind == ErrorKind::unsupported) return tl::unexpected(error);
  return fail(error.kind, "cannot open the session store: " + error.text);
}

}  // namespace

tl::unexpected<Error> fail_damaged(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("the session store is damaged ({}): {}", why, remedy));
}

Result<SessionDatabase> SessionDatabase::open(Descriptor database, Descriptor log) {
  auto files = TRY(SqliteFiles::open(std::move(database), std::move(log)));
  auto connection = SqliteConnection::open(files->name());
  if (!connection) return fail_opening(connection.error());
  SessionDatabase opened(std::move(files), std::move(*connection));
  if (auto ready = opened.prepare(); !ready) return fail_opening(ready.error());
  return opened;
}

Result<void> SessionDatabase::prepare() {
  const bool is_new = TRY(files_->is_new());
  // Exclusive locking comes first: a log without shared memory needs it.
  TRY(connection_.run("PRAGMA locking_mode = EXCLUSIVE"));
  TRY(connection_.run("PRAGMA synchronous = FULL"));
  TRY(connection_.run("PRAGMA temp_store = MEMORY"));
  // The switch to the log writes the first page, under a rollback journal unless there is none. In a new file
  // it has nothing to protect.
  if (is_new) TRY(connection_.run("PRAGMA journal_mode = OFF"));
  auto mode = TRY(connection_.first("PRAGMA journal_mode = WAL"));
  if (mode.text(0) != "wal") return fail(ErrorKind::malformed, "it cannot have a write-ahead log");
  mode = {};

  if (is_new) {
    TRY(connection_.run("BEGIN"));
    TRY(connection_.run("CREATE TABLE policies (key BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID"));
    TRY(connection_.run("CREATE TABLE sessions (id INTEGER PRIMARY KEY, record BLOB NOT NULL)"));
    TRY(connection_.run(fmt::format("PRAGMA user_version = {}", schema_version).c_str()));
    TRY(connection_.run("COMMIT"));
  }
  TRY(check_version());

  auto check = TRY(connection_.first("PRAGMA quick_check(1)"));
  if (const auto found = check.text(0); found != "ok") return fail(ErrorKind::malformed, found);
  put_session_ = TRY(connection_.prepare("INSERT OR REPLACE INTO sessions (id, record) VALUES (?, ?)"));
  remove_session_ = TRY(connection_.prepare("DELETE FROM sessions WHERE id = ?"));
  put_policy_ = TRY(connection_.prepare("INSERT OR REPLACE INTO policies (key, record) VALUES (?, ?)"));
  remove_policy_ = TRY(connection_.prepare("DELETE FROM policies WHERE key = ?"));
  return {};
}

Result<void> SessionDatabase::check_version() {
  auto statement = TRY(connection_.first("PRAGMA user_version"));
  const auto version = statement.integer(0);
  if (version == schema_version) return {};
  if (version > schema_version) {
    return fail(
        ErrorKind::unsupported,
        fmt::format("a later version wrote the session store (schema {}, this one knows {}): start that "
                    "version, or {}",
                    version, schema_version, remedy));
  }
  return fail(ErrorKind::malformed, "it is another program's database");
}

Result<SessionDatabase::Rows> SessionDatabase::load() {
  auto rows = read_rows();
  if (!rows) return fail_opening(rows.error());
  return rows;
}

Result<SessionDatabase::Rows> SessionDatabase::read_rows() {
  Rows rows;
  auto policies = TRY(connection_.prepare("SELECT key, record FROM policies"));
  while (TRY(policies.next())) {
    const auto key = policies.bytes(0);
    auto& row = rows.policies.emplace_back(PolicyKey{}, policies.bytes(1));
    if (key.size() != row.first.size())
      return fail(ErrorKind::malformed, "a policy's key has a wrong length");
    std::ranges::copy(key, row.first.begin());
  }
  auto sessions = TRY(connection_.prepare("SELECT id, record FROM sessions"));
  while (TRY(sessions.next())) {
    const auto id = static_cast<SessionId>(sessions.integer(0));
    rows.sessions.emplace_back(id, sessions.bytes(1));
  }
  return rows;
}

Result<void> SessionDatabase::save(const Change& change) {
  auto written = write(change);
  if (written) return written;
  (void)connection_.run("ROLLBACK");  // an error may have rolled back already
  return fail(ErrorKind::unavailable, "cannot write the session store: " + written.error().text);
}

Result<void> SessionDatabase::write(const Change& change) {
  TRY(connection_.run("BEGIN"));
  for (const auto& [key, record] : change.put.policies) TRY(put_policy_.run(ByteView(key), ByteView(record)));
  for (const auto& [id, record] : change.put.sessions)
    TRY(put_session_.run(static_cast<std::int64_t>(id), ByteView(record)));
  for (const auto id : change.removed_sessions) TRY(remove_session_.run(static_cast<std::int64_t>(id)));
  for (const auto& key : change.removed_policies) TRY(remove_policy_.run(ByteView(key)));
  return connection_.run("COMMIT");
}

}  // namespace sallyport::store
