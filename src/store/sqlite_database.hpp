// An SQLite database of ours in two files that somebody else opened: made if it is new, checked if it is not,
// every commit on the disk when it returns. What is in its tables is its owner's: the session store
// (session_database.hpp), and the authenticator's spent one-time passwords. Commits go through a write-ahead
// log (WAL) with one fdatasync each: a third of what a rollback journal costs (measured on ext4: 0.19 ms
// against 0.54 ms).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "store/sqlite_connection.hpp"
#include "store/sqlite_files.hpp"

namespace sallyport::store {

// Which tables, and what an admin is told of files that can't be used.
struct SqliteSchema {
  std::string_view name;                // "the session store"
  std::string_view remedy;              // what helps: "remove … and start again"
  std::int64_t version = 1;             // grows with every change of the tables or of what is in them
  std::span<const char* const> tables;  // the statements that make them
};

class SqliteDatabase {
 public:
  // Both files exist and are open for reading and writing; a database without tables is new. malformed:
  // damaged, or something else; unsupported: of another version; unavailable: cannot be read or written.
  static Result<SqliteDatabase> open(Descriptor database, Descriptor log, const SqliteSchema& schema);

  SqliteDatabase(SqliteDatabase&&) = default;
  SqliteDatabase& operator=(SqliteDatabase&&) = delete;  // would take the files from under the connection
  ~SqliteDatabase() = default;

  SqliteConnection& connection() { return connection_; }

 private:
  SqliteDatabase(std::unique_ptr<SqliteFiles> files, SqliteConnection connection)
      : files_(std::move(files)), connection_(std::move(connection)) {}
  Result<void> prepare(const SqliteSchema& schema);
  Result<bool> has_tables();
  Result<void> check_version(const SqliteSchema& schema);

  std::unique_ptr<SqliteFiles> files_;  // goes last
  SqliteConnection connection_;
};

// The error for a database that cannot be used as it is, with what to do about it.
tl::unexpected<Error> fail_damaged(const SqliteSchema& schema, std::string_view why);
// An error of a statement while opening or reading, told from those of running: nothing works yet, so the
// reader is an admin.
tl::unexpected<Error> fail_opening(const SqliteSchema& schema, const Error& error);

}  // namespace sallyport::store
