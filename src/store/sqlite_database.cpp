#include "store/sqlite_database.hpp"

#include <fmt/format.h>

namespace sallyport::store {

tl::unexpected<Error> fail_damaged(const SqliteSchema& schema, std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("{} is damaged ({}): {}", schema.name, why, schema.remedy));
}

tl::unexpected<Error> fail_opening(const SqliteSchema& schema, const Error& error) {
  if (error.kind == ErrorKind::malformed) return fail_damaged(schema, error.text);
  if (error.kind == ErrorKind::unsupported) return tl::unexpected(error);
  return fail(error.kind, fmt::format("cannot open {}: {}", schema.name, error.text));
}

Result<SqliteDatabase> SqliteDatabase::open(Descriptor database, Descriptor log, const SqliteSchema& schema) {
  auto files = TRY(SqliteFiles::open(std::move(database), std::move(log)));
  auto connection = SqliteConnection::open(files->name());
  if (!connection) return fail_opening(schema, connection.error());
  SqliteDatabase opened(std::move(files), std::move(*connection));
  if (auto ready = opened.prepare(schema); !ready) return fail_opening(schema, ready.error());
  return opened;
}

Result<void> SqliteDatabase::prepare(const SqliteSchema& schema) {
  const bool is_empty = TRY(files_->is_new());
  // Exclusive locking comes first: a log without shared memory needs it.
  TRY(connection_.run("PRAGMA locking_mode = EXCLUSIVE"));
  TRY(connection_.run("PRAGMA synchronous = FULL"));
  TRY(connection_.run("PRAGMA temp_store = MEMORY"));
  TRY(connection_.run("PRAGMA cache_size = -256"));  // KB: what is read again is in memory, as objects
  // The switch to the log writes the first page, under a rollback journal unless there is none. In a new file
  // it has nothing to protect.
  if (is_empty) TRY(connection_.run("PRAGMA journal_mode = OFF"));
  auto mode = TRY(connection_.first("PRAGMA journal_mode = WAL"));
  if (mode.text(0) != "wal") return fail(ErrorKind::malformed, "it cannot have a write-ahead log");
  mode = {};

  if (!TRY(has_tables())) {  // or whoever made the file was stopped in between
    TRY(connection_.run("BEGIN"));
    for (const char* const table : schema.tables) TRY(connection_.run(table));
    TRY(connection_.run(fmt::format("PRAGMA user_version = {}", schema.version).c_str()));
    TRY(connection_.run("COMMIT"));
  }
  TRY(check_version(schema));

  auto check = TRY(connection_.first("PRAGMA quick_check(1)"));
  if (const auto found = check.text(0); found != "ok") return fail(ErrorKind::malformed, found);
  return {};
}

Result<bool> SqliteDatabase::has_tables() {
  auto tables = TRY(connection_.first("SELECT count(*) FROM sqlite_schema"));
  return tables.integer(0) > 0;
}

Result<void> SqliteDatabase::check_version(const SqliteSchema& schema) {
  auto statement = TRY(connection_.first("PRAGMA user_version"));
  const auto version = statement.integer(0);
  if (version == schema.version) return {};
  if (version > schema.version) {
    return fail(
        ErrorKind::unsupported,
        fmt::format("a later version wrote {} (schema {}, this one knows {}): start that version, or {}",
                    schema.name, version, schema.version, schema.remedy));
  }
  if (version > 0) {
    return fail(ErrorKind::unsupported,
                fmt::format("an earlier version wrote {} (schema {}, this one is {}): {}", schema.name,
                            version, schema.version, schema.remedy));
  }
  return fail(ErrorKind::malformed, "it is another program's database");
}

}  // namespace sallyport::store
