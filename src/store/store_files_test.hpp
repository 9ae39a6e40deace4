// For the tests of SqliteStore: a store's two files, made, kept, copied and opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_store.hpp"
#include "store/test_support.hpp"

namespace sallyport::store::testing {

// A database and its log, as the supervisor keeps them: a store gets duplicates.
struct Files {
  Descriptor database = memory_file();
  Descriptor log = memory_file();

  Result<std::unique_ptr<SessionStore>> try_open() const {
    return SqliteStore::open(Descriptor(::dup(database.number())), Descriptor(::dup(log.number())),
                             WallTime(std::chrono::seconds(1000)));
  }
  std::unique_ptr<SessionStore> open() const { return or_throw(try_open()); }
};

inline Bytes content_of(const Descriptor& file) {
  struct stat status {};
  EXPECT_EQ(::fstat(file.number(), &status), 0);
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  EXPECT_EQ(::pread(file.number(), bytes.data(), bytes.size(), 0), status.st_size);
  return bytes;
}

inline void overwrite(const Descriptor& file, ByteView bytes) {
  EXPECT_EQ(::ftruncate(file.number(), 0), 0);
  EXPECT_EQ(::pwrite(file.number(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
}

inline Files files_of(ByteView database, ByteView log) {
  Files files;
  overwrite(files.database, database);
  overwrite(files.log, log);
  return files;
}

inline std::shared_ptr<const proto::GroupPolicy> policy_named(std::string name) {
  auto policy = sample_policy();
  policy.name = std::move(name);
  return std::make_shared<const proto::GroupPolicy>(policy);
}

inline std::vector<Session> list(SessionStore& store) {
  return run(store.list()).value();
}

inline net::Task<void> create_one(SessionStore& store, Session session) {
  or_throw(co_await store.create(std::move(session)));
}

inline void expect_no_error(const Error& error) {
  ADD_FAILURE() << error.text;
}

}  // namespace sallyport::store::testing
