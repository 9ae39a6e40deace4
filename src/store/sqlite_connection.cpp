#include "store/sqlite_connection.hpp"

#include <cstring>

#include "store/sqlite_files.hpp"

namespace sallyport::store {

namespace {

tl::unexpected<Error> fail_with(sqlite3* handle) {
  const int code = sqlite3_errcode(handle) & 0xff;  // without the extended part
  // SQLITE_ERROR: the statements are right, so the tables are not ours.
  const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
  std::string why = sqlite3_errmsg(handle);
  // A new database whose first page can't be written ends with CANTOPEN.
  const bool has_reason = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  const int reason = has_reason ? sqlite3_system_errno(handle) : 0;
  if (reason != 0) why += std::string(": ") + std::strerror(reason);
  if (code == SQLITE_FULL || means_full(reason)) why = "disk full";
  return fail(is_damaged ? ErrorKind::malformed : ErrorKind::unavailable, std::move(why));
}

}  // namespace

Result<bool> SqliteStatement::next() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail_with(sqlite3_db_handle(handle_.get()));
}

std::int64_t SqliteStatement::integer(int column) {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string SqliteStatement::text(int column) {
  return std::string(as_text(bytes(column)));
}

Bytes SqliteStatement::bytes(int column) {
  const auto* start = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  return {start, start + sqlite3_column_bytes(handle_.get(), column)};
}

void SqliteStatement::bind(int place, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), place, value);
}

void SqliteStatement::bind(int place, ByteView value) {
  sqlite3_bind_blob64(handle_.get(), place, value.data(), value.size(), SQLITE_STATIC);
}

Result<void> SqliteStatement::finish() {
  auto result = next();
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  if (!result) return tl::unexpected(std::move(result).error());
  return {};
}

Result<SqliteConnection> SqliteConnection::open(const char* vfs) {
  sqlite3* handle = nullptr;
  // One thread at a time uses it: no mutex.
  const int code = sqlite3_open_v2("database", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs);
  SqliteConnection connection(handle);
  if (code != SQLITE_OK) return fail_with(handle);
  return connection;
}

Result<SqliteStatement> SqliteConnection::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) != SQLITE_OK)
    return fail_with(handle_.get());
  return SqliteStatement(handle);
}

Result<void> SqliteConnection::run(const char* sql) {
  auto statement = TRY(prepare(sql));
  return statement.run();
}

Result<SqliteStatement> SqliteConnection::first(const char* sql) {
  auto statement = TRY(prepare(sql));
  if (!TRY(statement.next())) return fail(ErrorKind::malformed, "a statement gave no row");
  return statement;
}

}  // namespace sallyport::store
