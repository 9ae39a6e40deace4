// What SqliteStore promises beyond the contract: what it gives back, and what it says of files it can't use.
#include "store/store_files_test.hpp"

namespace sallyport::store {

using namespace testing;
using std::chrono::seconds;

namespace {

void run_sql(const Files& files, const char* sql) {
  const auto vfs =
      SqliteFiles::open(Descriptor(::dup(files.database.number())), Descriptor(::dup(files.log.number())))
          .value();
  auto connection = SqliteConnection::open(vfs->name()).value();
  ASSERT_TRUE(connection.run("PRAGMA locking_mode = EXCLUSIVE"));
  const auto result = connection.run(sql);
  ASSERT_TRUE(result) << result.error().text;
}

std::int64_t count_policies(const Files& files) {
  auto database = SessionDatabase::open(Descriptor(::dup(files.database.number())),
                                        Descriptor(::dup(files.log.number())));
  return static_cast<std::int64_t>(database.value().load().value().policies.size());
}

}  // namespace

TEST(SqliteStore, gives_everything_back_when_opened_again) {
  const Files files;
  const auto pool = sample_pool("10.0.0.0/24", "fd00::/64");
  Session before;
  {
    const auto store = files.open();
    auto session = sample_session(1);
    session.policy = policy_named("staff");
    session.connected_at = session.created_at;
    session.expires_at = WallTime(seconds(2000000));
    session.totals = {1, 2, 3, 4};
    ASSERT_TRUE(run(store->create(session)));
    ASSERT_TRUE(run(store->create(sample_session(2))));
    ASSERT_TRUE(run(store->create(sample_session(3))));
    ASSERT_TRUE(run(store->lease(1, pool, true, true)));
    before = run(store->claim(1, {.node = 7})).value().value();
    ASSERT_EQ(run(store->remove(3)), true);
  }
  const auto store = files.open();
  EXPECT_EQ(list(*store).size(), 2U);
  const auto after = run(store->find(before.token_hash)).value().value();
  EXPECT_EQ(after.connected_at, std::nullopt);
  EXPECT_EQ(*after.policy, *before.policy);
  auto expected = before;
  expected.connected_at.reset();
  expected.dies_at = WallTime(seconds(1000)) + expected.policy->idle_timeout;
  EXPECT_EQ(encode_session(after, {}), encode_session(expected, {}));
  EXPECT_EQ(run(store->find(SessionId{2})).value().value().policy, nullptr);
  // Addresses and tokens are taken as before.
  EXPECT_EQ(run(store->create(sample_session(2))).error().kind, ErrorKind::conflict);
  EXPECT_NE(run(store->lease(2, pool, true, true)).value().ipv4, before.ipv4);
}

TEST(SqliteStore, sessions_share_their_policy) {
  const Files files;
  {
    const auto store = files.open();
    for (SessionId id = 1; id <= 3; ++id) {
      auto session = sample_session(id);
      session.policy = policy_named("staff");
      ASSERT_TRUE(run(store->create(session)));
    }
    EXPECT_EQ(list(*store)[0].policy, list(*store)[2].policy);
  }
  {
    const auto store = files.open();
    EXPECT_EQ(list(*store)[0].policy, list(*store)[2].policy);
  }
  EXPECT_EQ(count_policies(files), 1);
}

TEST(SqliteStore, a_policy_that_no_session_holds_leaves_the_file) {
  const Files files;
  {
    const auto store = files.open();
    for (SessionId id = 1; id <= 5; ++id) {
      auto session = sample_session(id);
      session.policy = policy_named("generation " + std::to_string(id));
      ASSERT_TRUE(run(store->create(session)));
    }
    for (SessionId id = 1; id <= 4; ++id) ASSERT_EQ(run(store->remove(id)), true);
    ASSERT_TRUE(run(store->claim(5, {.node = 1})));
  }
  EXPECT_EQ(count_policies(files), 1);
  EXPECT_EQ(list(*files.open())[0].policy->name, "generation 5");
}

TEST(SqliteStore, a_later_versions_file_is_refused) {
  const Files files;
  { const auto store = files.open(); }
  run_sql(files, "PRAGMA user_version = 99");
  const auto store = files.try_open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(store.error().text,
            "a later version wrote the session store (schema 99, this one knows 3): start that version, or "
            "remove sessions.db and sessions.db-wal from the state directory and start again; everybody logs "
            "in anew");
}

TEST(SqliteStore, files_whose_making_was_interrupted_are_new) {
  const Files files;
  {
    const auto vfs =
        SqliteFiles::open(Descriptor(::dup(files.database.number())), Descriptor(::dup(files.log.number())))
            .value();
    auto connection = SqliteConnection::open(vfs->name()).value();
    // As far as its maker comes before there is a table: the first page is written.
    for (const auto* sql :
         {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = OFF", "PRAGMA journal_mode = WAL"})
      ASSERT_TRUE(connection.run(sql));
  }
  ASSERT_FALSE(content_of(files.database).empty());
  const auto store = files.try_open();
  ASSERT_TRUE(store) << store.error().text;
}

TEST(SqliteStore, an_earlier_versions_file_is_refused_with_what_to_do) {
  const Files files;
  { const auto store = files.open(); }
  run_sql(files, "PRAGMA user_version = 1");
  const auto store = files.try_open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().text,
            "an earlier version wrote the session store (schema 1, this one is 3): remove sessions.db and "
            "sessions.db-wal from the state directory and start again; everybody logs in anew");
}

TEST(SqliteStore, a_damaged_file_is_refused_with_what_to_do) {
  const auto garbage = files_of(Bytes(10000, 'x'), {}).try_open();
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().kind, ErrorKind::malformed);
  EXPECT_EQ(garbage.error().text,
            "the session store is damaged (file is not a database): remove sessions.db and "
            "sessions.db-wal from the state directory and start again; everybody logs in anew");

  const Files files;
  {
    const auto store = files.open();
    for (SessionId id = 1; id <= 50; ++id) ASSERT_TRUE(run(store->create(sample_session(id))));
  }
  const auto whole = content_of(files.database);
  EXPECT_EQ(files_of(ByteView(whole).first(whole.size() / 2), {}).try_open().error().kind,
            ErrorKind::malformed);
  for (const auto* sql :
       {"UPDATE sessions SET record = x'00' WHERE id = 7", "UPDATE sessions SET id = 99 WHERE id = 7",
        "DROP TABLE policies", "INSERT INTO policies VALUES (x'00', x'00')", "PRAGMA user_version = 0"}) {
    const auto damaged = files_of(whole, {});
    run_sql(damaged, sql);
    const auto store = damaged.try_open();
    ASSERT_FALSE(store) << sql;
    EXPECT_EQ(store.error().kind, ErrorKind::malformed) << sql;
    EXPECT_TRUE(store.error().text.starts_with("the session store is damaged (")) << store.error().text;
  }
}

TEST(SqliteStore, a_descriptor_that_cannot_be_used_is_an_error) {
  EXPECT_FALSE(SqliteStore::open(Descriptor(), Descriptor(), WallTime()));
  const Files files;
  EXPECT_FALSE(SqliteStore::open(Descriptor(::dup(files.database.number())), Descriptor(), WallTime()));
}

TEST(SqliteStore, what_a_login_at_the_limit_ended_stays_ended) {
  const Files files;
  {
    const auto store = files.open();
    ASSERT_TRUE(run(store->create(limited_session(1, 1))));
    ASSERT_TRUE(run(store->create(limited_session(2, 1))));
  }
  const auto store = files.open();
  ASSERT_EQ(list(*store).size(), 1U);
  EXPECT_EQ(list(*store)[0].id, 2U);
  // It counts again after the restart, for as long as it may come back.
  auto next = limited_session(3, 1);
  next.created_at = *list(*store)[0].dies_at - seconds(1);
  EXPECT_EQ(run(store->create(next)).value().ended.size(), 1U);
}

TEST(SqliteStore, texts_too_long_for_a_record_are_refused) {
  const Files files;
  const auto store = files.open();
  auto session = sample_session(1);
  session.user_agent = std::string(max_session_record, 'x');
  EXPECT_EQ(run(store->create(session)).error().kind, ErrorKind::malformed);
  EXPECT_TRUE(run(store->create(sample_session(2))));
}

TEST(SqliteStore, ends_after_it_has_written_what_waits) {
  const Files files;
  net::Loop loop;
  {
    const auto store = files.open();
    for (SessionId id = 1; id <= 100; ++id)
      net::spawn(loop.executor(), create_one(*store, sample_session(id)), expect_no_error);
    loop.post([&loop] { loop.stop(); });
    loop.run();
  }
  EXPECT_EQ(list(*files.open()).size(), 100U);
}

}  // namespace sallyport::store
