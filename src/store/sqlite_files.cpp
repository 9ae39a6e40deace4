#include "store/sqlite_files.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::store {

namespace {

// SQLite allocates it (szOsFile) and knows the first part of it.
struct OpenFile {
  sqlite3_file base;
  int descriptor;
  int* last_errno;
};

OpenFile& open_file(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

int failed(const OpenFile& file, int code) {
  *file.last_errno = errno;
  return code;
}

int close_file(sqlite3_file*) {
  return SQLITE_OK;  // the descriptors are SqliteFiles'
}

int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  auto* place = static_cast<char*>(into);
  auto size = static_cast<std::size_t>(amount);
  while (size > 0) {
    const auto got = ::pread(open_file(file).descriptor, place, size, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(open_file(file), SQLITE_IOERR_READ);
    if (got == 0) {  // beyond the end: SQLite wants zeros
      std::memset(place, 0, size);
      return SQLITE_IOERR_SHORT_READ;
    }
    place += got;
    size -= static_cast<std::size_t>(got);
    offset += got;
  }
  return SQLITE_OK;
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  const auto* place = static_cast<const char*>(from);
  auto size = static_cast<std::size_t>(amount);
  while (size > 0) {
    const auto put = ::pwrite(open_file(file).descriptor, place, size, offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      return failed(open_file(file), means_full(errno) ? SQLITE_FULL : SQLITE_IOERR_WRITE);
    }
    place += put;
    size -= static_cast<std::size_t>(put);
    offset += put;
  }
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (::ftruncate(open_file(file).descriptor, size) == 0) return SQLITE_OK;
  return failed(open_file(file), SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  if (::fdatasync(open_file(file).descriptor) == 0) return SQLITE_OK;
  return failed(open_file(file), SQLITE_IOERR_FSYNC);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  struct stat status {};
  if (::fstat(open_file(file).descriptor, &status) != 0) return failed(open_file(file), SQLITE_IOERR_FSTAT);
  *size = status.st_size;
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file*, int* is_locked) {
  *is_locked = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return 4096;
}

int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // as SQLite's own VFS for Unix assumes
}

// Version 1: no shared memory, which exclusive locking makes unnecessary, and no mapped file.
constexpr sqlite3_io_methods io_methods{.iVersion = 1,
                                        .xClose = close_file,
                                        .xRead = read_file,
                                        .xWrite = write_file,
                                        .xTruncate = truncate_file,
                                        .xSync = sync_file,
                                        .xFileSize = size_of_file,
                                        .xLock = lock_file,
                                        .xUnlock = lock_file,
                                        .xCheckReservedLock = check_reserved_lock,
                                        .xFileControl = control_file,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = characteristics};

bool names_log(const char* path) {
  return std::string_view(path).ends_with("-wal");
}

}  // namespace

bool means_full(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

struct SqliteFiles::Methods {
  static SqliteFiles& files(sqlite3_vfs* vfs) { return *static_cast<SqliteFiles*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char*, sqlite3_file* file, int flags, int* opened_with) {
    auto& self = files(vfs);
    const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    file->pMethods = nullptr;
    if (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
    open_file(file) = {{&io_methods}, (is_log ? self.log_ : self.database_).number(), &self.last_errno_};
    if (opened_with != nullptr) *opened_with = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int) {
    auto& self = files(vfs);
    if (!names_log(path)) return SQLITE_IOERR_DELETE_NOENT;
    if (::ftruncate(self.log_.number(), 0) == 0) return SQLITE_OK;
    self.last_errno_ = errno;
    return SQLITE_IOERR_DELETE;
  }

  static int access(sqlite3_vfs* vfs, const char* path, int, int* is_there) {
    struct stat status {};
    *is_there = 0;
    if (!names_log(path)) return SQLITE_OK;  // a rollback journal, which we never write
    if (::fstat(files(vfs).log_.number(), &status) != 0) return SQLITE_IOERR_ACCESS;
    *is_there = status.st_size > 0 ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* path, int size, char* full) {
    sqlite3_snprintf(size, full, "%s", path);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs*, int size, char* bytes) {
    return RAND_bytes(reinterpret_cast<unsigned char*>(bytes), size) == 1 ? size : 0;
  }

  static int sleep(sqlite3_vfs*, int) { return 0; }  // nothing is locked, nothing is waited for

  static int current_time(sqlite3_vfs*, double* julian_day) {
    using Days = std::chrono::duration<double, std::chrono::days::period>;
    constexpr double julian_day_of_1970 = 2440587.5;
    *julian_day = julian_day_of_1970 + Days(std::chrono::system_clock::now().time_since_epoch()).count();
    return SQLITE_OK;
  }

  static int last_error(sqlite3_vfs* vfs, int, char*) { return files(vfs).last_errno_; }
};

SqliteFiles::SqliteFiles(Descriptor database, Descriptor log)
    : database_(std::move(database)), log_(std::move(log)), name_(fmt::format("files-{}", fmt::ptr(this))) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.mxPathname = 64;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Methods::open;
  vfs_.xDelete = Methods::remove;
  vfs_.xAccess = Methods::access;
  vfs_.xFullPathname = Methods::full_path;
  vfs_.xRandomness = Methods::randomness;
  vfs_.xSleep = Methods::sleep;
  vfs_.xCurrentTime = Methods::current_time;
  vfs_.xGetLastError = Methods::last_error;
}

Result<std::unique_ptr<SqliteFiles>> SqliteFiles::open(Descriptor database, Descriptor log) {
  std::unique_ptr<SqliteFiles> files(new SqliteFiles(std::move(database), std::move(log)));
  // SQLite takes its seed from the default VFS, so this one is it for a moment.
  if (sqlite3_vfs_register(&files->vfs_, 1) != SQLITE_OK)
    return fail(ErrorKind::internal, "SQLite cannot be initialised");
  unsigned char drawn = 0;
  sqlite3_randomness(sizeof drawn, &drawn);
  sqlite3_vfs_register(&files->vfs_, 0);
  return files;
}

SqliteFiles::~SqliteFiles() {
  sqlite3_vfs_unregister(&vfs_);
}

Result<bool> SqliteFiles::is_new() const {
  struct stat status {};
  if (::fstat(database_.number(), &status) != 0) return fail_errno("cannot examine the database");
  return status.st_size == 0;
}

}  // namespace sallyport::store
