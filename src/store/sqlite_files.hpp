// The files of an SQLite database as descriptors that somebody else opened: an SQLite VFS that never opens,
// removes or renames anything, for a process whose sandbox allows none of that. Two files, the database and
// its write-ahead log; both exist (empty at first) and are never removed: an empty log means there is none.
// Nothing is locked: whoever opened the files sees to it that only one process at a time has them.
//
// After open() SQLite needs these system calls: pread64 pwrite64 fdatasync ftruncate fstat (newfstatat),
// and getrandom for the log's salts.
#pragma once

#include <memory>
#include <string>

#include <sqlite3.h>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace sallyport::store {

// An errno of a file that can't grow.
bool means_full(int error);

class SqliteFiles {
 public:
  // Registers the VFS under a name of its own and seeds SQLite's random generator, which else would open
  // /dev/urandom at some later time.
  static Result<std::unique_ptr<SqliteFiles>> open(Descriptor database, Descriptor log);
  SqliteFiles(const SqliteFiles&) = delete;
  SqliteFiles& operator=(const SqliteFiles&) = delete;
  ~SqliteFiles();  // after the connections that use it are closed

  const char* name() const { return name_.c_str(); }  // for sqlite3_open_v2()
  Result<bool> is_new() const;                        // nothing was ever written to the database

 private:
  SqliteFiles(Descriptor database, Descriptor log);
  struct Methods;  // what SQLite calls

  Descriptor database_;
  Descriptor log_;
  std::string name_;
  sqlite3_vfs vfs_{};
  int last_errno_ = 0;
};

}  // namespace sallyport::store
