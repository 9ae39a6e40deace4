// A connection to an SQLite database and its statements, as owners with Results. Errors: malformed when the
// file is damaged or no database, unavailable for all else; the text is the bare reason ("disk full").
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "base/bytes.hpp"

namespace sallyport::store {

class SqliteStatement {
 public:
  SqliteStatement() = default;

  // Runs a statement that gives no rows. Parameters are std::int64_t or ByteView.
  template <class... Parameters>
  Result<void> run(const Parameters&... parameters) {
    int place = 0;
    (bind(++place, parameters), ...);
    return finish();
  }

  // Of a statement that gives rows: the next one; false: there is none.
  Result<bool> next();
  std::int64_t integer(int column);
  std::string text(int column);
  Bytes bytes(int column);

 private:
  friend class SqliteConnection;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  explicit SqliteStatement(sqlite3_stmt* handle) : handle_(handle) {}
  void bind(int place, std::int64_t value);
  void bind(int place, ByteView value);
  Result<void> finish();

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class SqliteConnection {
 public:
  static Result<SqliteConnection> open(const char* vfs);  // one of SqliteFiles

  Result<SqliteStatement> prepare(const char* sql);
  Result<void> run(const char* sql);               // one statement; rows it gives are dropped
  Result<SqliteStatement> first(const char* sql);  // runs it up to its first row, which must be there

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace sallyport::store
