// The session store's SQLite database: rows in, rows out. Two tables, `sessions` by id and `policies` by key;
// what is in the rows is session_record.hpp's.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "store/session_record.hpp"
#include "store/sqlite_database.hpp"

namespace sallyport::store {

class SessionDatabase {
 public:
  // Files and errors as SqliteDatabase's.
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
  explicit SessionDatabase(SqliteDatabase database) : database_(std::move(database)) {}
  Result<void> prepare();
  Result<Rows> read_rows();
  Result<void> write(const Change& change);

  SqliteDatabase database_;
  SqliteStatement put_session_;
  SqliteStatement remove_session_;
  SqliteStatement put_policy_;
  SqliteStatement remove_policy_;
};

// The error for a session store that cannot be used as it is, with what to do about it.
tl::unexpected<Error> fail_damaged(std::string_view why);

}  // namespace sallyport::store
