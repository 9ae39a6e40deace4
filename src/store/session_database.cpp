#include "store/session_database.hpp"

#include <algorithm>
#include <array>

namespace sallyport::store {

namespace {

constexpr std::array tables{
    "CREATE TABLE policies (key BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY, record BLOB NOT NULL)",
};
constexpr SqliteSchema schema{
    .name = "the session store",
    .remedy =
        "remove sessions.db and sessions.db-wal from the state directory and start again; everybody logs in "
        "anew",
    .version = 3,  // grows with every change of the tables or of a record's format
    .tables = tables};

}  // namespace

tl::unexpected<Error> fail_damaged(std::string_view why) {
  return fail_damaged(schema, why);
}

Result<SessionDatabase> SessionDatabase::open(Descriptor database, Descriptor log) {
  SessionDatabase opened(TRY(SqliteDatabase::open(std::move(database), std::move(log), schema)));
  if (auto ready = opened.prepare(); !ready) return fail_opening(schema, ready.error());
  return opened;
}

Result<void> SessionDatabase::prepare() {
  auto& connection = database_.connection();
  put_session_ = TRY(connection.prepare("INSERT OR REPLACE INTO sessions (id, record) VALUES (?, ?)"));
  remove_session_ = TRY(connection.prepare("DELETE FROM sessions WHERE id = ?"));
  put_policy_ = TRY(connection.prepare("INSERT OR REPLACE INTO policies (key, record) VALUES (?, ?)"));
  remove_policy_ = TRY(connection.prepare("DELETE FROM policies WHERE key = ?"));
  return {};
}

Result<SessionDatabase::Rows> SessionDatabase::load() {
  auto rows = read_rows();
  if (!rows) return fail_opening(schema, rows.error());
  return rows;
}

Result<SessionDatabase::Rows> SessionDatabase::read_rows() {
  Rows rows;
  auto policies = TRY(database_.connection().prepare("SELECT key, record FROM policies"));
  while (TRY(policies.next())) {
    const auto key = policies.bytes(0);
    auto& row = rows.policies.emplace_back(PolicyKey{}, policies.bytes(1));
    if (key.size() != row.first.size())
      return fail(ErrorKind::malformed, "a policy's key has a wrong length");
    std::ranges::copy(key, row.first.begin());
  }
  auto sessions = TRY(database_.connection().prepare("SELECT id, record FROM sessions"));
  while (TRY(sessions.next())) {
    const auto id = static_cast<SessionId>(sessions.integer(0));
    rows.sessions.emplace_back(id, sessions.bytes(1));
  }
  return rows;
}

Result<void> SessionDatabase::save(const Change& change) {
  auto written = write(change);
  if (written) return written;
  (void)database_.connection().run("ROLLBACK");  // an error may have rolled back already
  return fail(ErrorKind::unavailable, "cannot write the session store: " + written.error().text);
}

Result<void> SessionDatabase::write(const Change& change) {
  TRY(database_.connection().run("BEGIN"));
  for (const auto& [key, record] : change.put.policies) TRY(put_policy_.run(ByteView(key), ByteView(record)));
  for (const auto& [id, record] : change.put.sessions)
    TRY(put_session_.run(static_cast<std::int64_t>(id), ByteView(record)));
  for (const auto id : change.removed_sessions) TRY(remove_session_.run(static_cast<std::int64_t>(id)));
  for (const auto& key : change.removed_policies) TRY(remove_policy_.run(ByteView(key)));
  return database_.connection().run("COMMIT");
}

}  // namespace sallyport::store
