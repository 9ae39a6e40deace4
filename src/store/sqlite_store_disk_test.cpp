// SqliteStore and the disk: nothing that was answered is lost when the process is killed, the log torn or the
// disk full; and how long it takes.
#include <algorithm>
#include <array>
#include <cstdio>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "base/file_size_limit_test.hpp"
#include "store/store_files_test.hpp"

namespace sallyport::store {

using namespace testing;
using std::chrono::seconds;

namespace {

// Files in a file system of a megabyte that no path leads to. Nothing: not permitted here.
std::optional<Files> files_on_a_small_disk() {
  const Descriptor context(::fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!context) return std::nullopt;
  if (::fsconfig(context.number(), FSCONFIG_SET_STRING, "size", "1m", 0) != 0 ||
      ::fsconfig(context.number(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return std::nullopt;
  const Descriptor disk(::fsmount(context.number(), FSMOUNT_CLOEXEC, 0));
  const auto make = [&disk](const char* name) {
    return Descriptor(::openat(disk.number(), name, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  };
  return Files{make("database"), make("log")};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST(SqliteStoreDisk, a_new_store_for_which_there_is_no_room_says_so) {
  const Files files;
  const sallyport::testing::FileSizeLimit limit(0);
  const auto refused = files.try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorKind::unavailable, "cannot open the session store: disk full"}));
}

TEST(SqliteStoreDisk, what_was_answered_survives_a_killed_process) {
  for (int round = 0; round < 5; ++round) {
    const Files files;
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(::pipe(pipe_ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto store = files.open();
      for (SessionId id = 1;; ++id) {
        if (!run(store->create(sample_session(id)))) ::_exit(1);
        if (::write(pipe_ends[1], &id, sizeof id) != sizeof id) ::_exit(1);
      }
    }
    ::close(pipe_ends[1]);
    const Descriptor answers(pipe_ends[0]);
    SessionId last = 0;
    const SessionId enough = 200 + 173 * round;
    while (last < enough && ::read(answers.number(), &last, sizeof last) == sizeof last) {
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    SessionId next = 0;
    while (::read(answers.number(), &next, sizeof next) == sizeof next) last = next;
    ASSERT_GE(last, enough);
    const auto sessions = list(*files.open());
    EXPECT_GE(sessions.size(), last);
    EXPECT_LE(sessions.size(), last + 1);  // one may be written that was not answered
  }
}

TEST(SqliteStoreDisk, a_torn_log_costs_only_its_end) {
  const Files files;
  Bytes database;
  Bytes log;
  std::vector<std::size_t> sizes{0};  // of the log, when so many sessions were answered
  {
    const auto store = files.open();
    sizes[0] = content_of(files.log).size();
    for (SessionId id = 1; id <= 5; ++id) {
      ASSERT_TRUE(run(store->create(sample_session(id))));
      sizes.push_back(content_of(files.log).size());
    }
    database = content_of(files.database);
    log = content_of(files.log);
  }
  for (std::size_t size = sizes[0]; size <= log.size(); size += 509) {
    const auto whole = std::ranges::upper_bound(sizes, size) - sizes.begin() - 1;
    const auto cut = files_of(database, ByteView(log).first(size));
    EXPECT_EQ(static_cast<long>(list(*cut.open()).size()), whole) << "cut to " << size;
    if (size == log.size()) break;
    auto garbled = log;
    garbled[size] ^= 0xff;
    const auto garbled_files = files_of(database, garbled);
    EXPECT_LE(static_cast<long>(list(*garbled_files.open()).size()), whole + 1) << "garbled at " << size;
  }
}

TEST(SqliteStoreDisk, a_full_disk_refuses_changes_and_keeps_all_as_it_was) {
  const Files files;
  const auto pool = sample_pool("10.0.0.0/24");
  {
    const auto store = files.open();
    auto first = sample_session(1);
    first.dies_at = WallTime(seconds(5));
    first = run(store->create(first)).value().session;
    auto second = sample_session(2);
    second.policy = policy_named("not written yet");
    {
      const sallyport::testing::FileSizeLimit limit(content_of(files.log).size());
      for (int again = 0; again < 3; ++again) {
        const auto refused = run(store->create(second));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(),
                  (Error{ErrorKind::unavailable, "cannot write the session store: disk full"}));
        EXPECT_EQ(run(store->claim(1, {.node = 7})).error().kind, ErrorKind::unavailable);
        EXPECT_EQ(run(store->lease(1, pool, true, true)).error().kind, ErrorKind::unavailable);
        EXPECT_EQ(run(store->update(first)).error().kind, ErrorKind::unavailable);
        EXPECT_EQ(run(store->remove(1)).error().kind, ErrorKind::unavailable);
        EXPECT_EQ(run(store->expire(WallTime(seconds(5)))).error().kind, ErrorKind::unavailable);
      }
      ASSERT_EQ(list(*store).size(), 1U);
      EXPECT_EQ(encode_session(list(*store)[0], {}), encode_session(first, {}));
      EXPECT_EQ(run(store->find(sample_session(2).token_hash)).value().has_value(), false);
    }
    ASSERT_TRUE(run(store->create(second)));
    ASSERT_TRUE(run(store->update(first)));
    EXPECT_EQ(run(store->expire(WallTime(seconds(5)))).value().size(), 1U);
  }
  const auto sessions = list(*files.open());
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].id, 2U);
  EXPECT_EQ(sessions[0].policy->name, "not written yet");
}

TEST(SqliteStoreDisk, works_again_when_a_full_disk_has_room) {
  const auto files = files_on_a_small_disk();
  if (!files) GTEST_SKIP() << "a file system of one's own takes CAP_SYS_ADMIN";
  SessionId id = 0;
  {
    const auto store = files->open();
    auto large = sample_session(0);
    large.user_agent = std::string(20000, 'x');
    Result<Created> result;
    do {
      large.id = ++id;
      large.token_hash = hash_of(Secret(std::to_string(id)));
      result = run(store->create(large));
      ASSERT_LT(id, 100U);
    } while (result);
    EXPECT_EQ(result.error(), (Error{ErrorKind::unavailable, "cannot write the session store: disk full"}));
    EXPECT_EQ(list(*store).size(), id - 1);
  }
  // Closing has emptied the log.
  const auto store = files->open();
  EXPECT_EQ(list(*store).size(), id - 1);
  EXPECT_TRUE(run(store->create(sample_session(1000))));
}

// Printed, not judged: machines differ.
TEST(SqliteStoreDisk, speed_with_ten_thousand_sessions) {
  constexpr SessionId sessions = 10000;
  const auto pool = sample_pool("10.20.0.0/16", "fd20::/64");
  std::FILE* database = std::tmpfile();
  std::FILE* log = std::tmpfile();
  const Files files{Descriptor(::dup(::fileno(database))), Descriptor(::dup(::fileno(log)))};
  ASSERT_EQ(std::fclose(database) + std::fclose(log), 0);
  const auto measure = [](const char* what, const std::function<void()>& work, SessionId count) {
    const auto start = std::chrono::steady_clock::now();
    work();
    std::printf("%-40s %8.1f us each\n", what, seconds_since(start) * 1e6 / static_cast<double>(count));
  };
  const auto policy = policy_named("staff");
  {
    const auto store = files.open();
    const auto at_once = [&](const std::function<net::Task<void>(SessionId)>& task) {
      net::Loop loop;
      for (SessionId id = 1; id <= sessions; ++id) net::spawn(loop.executor(), task(id), expect_no_error);
      loop.run();
    };
    measure(
        "create, one after the other",
        [&] {
          for (SessionId id = 1; id <= 200; ++id) {
            ASSERT_TRUE(run(store->create(sample_session(sessions + id))));
          }
        },
        200);
    measure(
        "create, all at once",
        [&] {
          at_once([&](SessionId id) {
            auto session = sample_session(id, "user" + std::to_string(id));
            session.policy = policy;
            return create_one(*store, std::move(session));
          });
        },
        sessions);
    measure(
        "lease, all at once",
        [&] {
          at_once([&](SessionId id) {
            return [](SessionStore& where, SessionId which, proto::AddressPool from) -> net::Task<void> {
              or_throw(co_await where.lease(which, from, true, true));
            }(*store, id, pool);
          });
        },
        sessions);
    measure(
        "find by token",
        [&] {
          at_once([&](SessionId id) {
            return [](SessionStore& where, TokenHash token) -> net::Task<void> {
              or_throw(co_await where.find(token));
            }(*store, sample_session(id).token_hash);
          });
        },
        sessions);
  }
  measure(
      "open", [&] { EXPECT_EQ(list(*files.open()).size(), sessions + 200); }, 1);
}

}  // namespace sallyport::store
