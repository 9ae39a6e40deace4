// What every SessionStore promises, each operation also against a twin in another thread.
#include <atomic>
#include <set>

#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "store/test_support.hpp"

namespace sallyport::store {

using namespace testing;
using std::chrono::seconds;

namespace {

using MakeStore = std::unique_ptr<SessionStore> (*)();

std::unique_ptr<SessionStore> make_memory_store() {
  return std::make_unique<MemoryStore>();
}
std::unique_ptr<SessionStore> make_sqlite_store() {
  return or_throw(SqliteStore::open(memory_file(), memory_file(), WallTime()));
}

// Races need not show at the first try.
constexpr int rounds = 100;

class SessionStoreContract : public ::testing::TestWithParam<std::pair<const char*, MakeStore>> {
 protected:
  Session create(const Session& session) { return run(store->create(session)).value().session; }
  Session stored(SessionId id) { return run(store->find(id)).value().value(); }
  bool has(SessionId id) { return run(store->find(id)).value().has_value(); }
  Result<Session> lease(SessionId id, const proto::AddressPool& pool, bool ipv6 = true) {
    return run(store->lease(id, pool, true, ipv6));
  }

  std::unique_ptr<SessionStore> store = GetParam().second();
};

template <class T>
int count_of(const std::pair<Result<T>, Result<T>>& results, ErrorKind kind) {
  const auto is = [kind](const Result<T>& result) { return !result && result.error().kind == kind ? 1 : 0; };
  return is(results.first) + is(results.second);
}

template <class T>
int successes(const std::pair<Result<T>, Result<T>>& results) {
  return (results.first ? 1 : 0) + (results.second ? 1 : 0);
}

}  // namespace

TEST_P(SessionStoreContract, a_created_session_is_found_by_id_and_token) {
  auto session = sample_session(1);
  session.policy = std::make_shared<const proto::GroupPolicy>(sample_policy());
  session.ipv4 = *Address::parse("10.0.0.9");
  const auto created = create(session);
  EXPECT_EQ(created.version, 1U);
  EXPECT_EQ(created.ipv4, std::nullopt);
  EXPECT_EQ(stored(1).user, "alice");
  EXPECT_EQ(*stored(1).policy, sample_policy());
  EXPECT_EQ(run(store->find(session.token_hash)).value().value().id, 1U);
  EXPECT_EQ(run(store->find(hash_of(Secret("token 2")))).value().has_value(), false);
  EXPECT_FALSE(has(2));
}

TEST_P(SessionStoreContract, an_id_or_a_token_is_created_once) {
  create(sample_session(1));
  auto same_id = sample_session(2);
  same_id.id = 1;
  EXPECT_EQ(run(store->create(same_id)).error().kind, ErrorKind::conflict);
  auto same_token = sample_session(1);
  same_token.id = 2;
  EXPECT_EQ(run(store->create(same_token)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(run(store->list()).value().size(), 1U);
}

TEST_P(SessionStoreContract, of_two_creates_with_one_token_one_conflicts) {
  for (int i = 0; i < rounds; ++i) {
    const auto left = sample_session(2 * i);
    auto right = left;
    right.id = left.id + 1;
    const auto results =
        race<Result<Created>>([&] { return store->create(left); }, [&] { return store->create(right); });
    EXPECT_EQ(successes(results), 1);
    EXPECT_EQ(count_of(results, ErrorKind::conflict), 1);
    EXPECT_EQ(has(left.id), results.first.has_value());
    EXPECT_EQ(has(right.id), results.second.has_value());
  }
}

TEST_P(SessionStoreContract, at_the_limit_a_login_ends_the_users_oldest_session) {
  create(limited_session(1, 1));
  create(sample_session(2, "bob"));
  const auto lost = lease(1, sample_pool("10.0.0.0/24")).value();
  const auto created = run(store->create(limited_session(3, 1))).value();
  EXPECT_EQ(created.session.id, 3U);
  ASSERT_EQ(created.ended.size(), 1U);
  EXPECT_EQ(created.ended[0].id, 1U);
  EXPECT_EQ(created.ended[0].ipv4, lost.ipv4);
  EXPECT_FALSE(has(1));
  EXPECT_EQ(run(store->find(lost.token_hash)).value().has_value(), false);
  EXPECT_TRUE(has(2));
}

TEST_P(SessionStoreContract, at_the_limit_a_login_may_be_refused_and_changes_nothing) {
  create(limited_session(1, 1, proto::AtSessionLimit::refuse));
  EXPECT_TRUE(run(store->claim(1, {.node = 7})).value().has_value());
  const auto refused = run(store->create(limited_session(2, 1, proto::AtSessionLimit::refuse)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::denied);
  EXPECT_TRUE(has(1));
  EXPECT_FALSE(has(2));
}

TEST_P(SessionStoreContract, of_two_logins_at_the_limit_one_is_left) {
  for (int i = 0; i < rounds; ++i) {
    const auto left = limited_session(2 * i, 1);
    const auto right = limited_session(2 * i + 1, 1);
    const auto results =
        race<Result<Created>>([&] { return store->create(left); }, [&] { return store->create(right); });
    EXPECT_EQ(successes(results), 2);
    EXPECT_NE(has(left.id), has(right.id));
    EXPECT_EQ(run(store->list()).value().size(), 1U);
  }
}

TEST_P(SessionStoreContract, update_replaces_what_belongs_to_it) {
  create(sample_session(1));
  const auto before = lease(1, sample_pool("10.0.0.0/24")).value();
  auto changed = before;
  changed.hostname = "desk";
  changed.totals.rx_bytes = 7;
  changed.dies_at = WallTime(seconds(5));
  changed.token_hash = hash_of(Secret("another"));
  changed.ipv4.reset();
  changed.generation = 99;
  changed.node = 99;
  const auto updated = run(store->update(changed)).value();
  EXPECT_EQ(updated.version, before.version + 1);
  EXPECT_EQ(stored(1).hostname, "desk");
  EXPECT_EQ(stored(1).totals.rx_bytes, 7U);
  EXPECT_EQ(stored(1).dies_at, WallTime(seconds(5)));
  EXPECT_EQ(stored(1).token_hash, before.token_hash);
  EXPECT_EQ(stored(1).ipv4, before.ipv4);
  EXPECT_EQ(stored(1).generation, before.generation);
  EXPECT_EQ(stored(1).node, before.node);
}

TEST_P(SessionStoreContract, update_conflicts_with_a_change_or_an_end) {
  const auto first = create(sample_session(1));
  ASSERT_TRUE(run(store->update(first)));
  EXPECT_EQ(run(store->update(first)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(run(store->remove(1)), true);
  EXPECT_EQ(run(store->update(first)).error().kind, ErrorKind::conflict);
}

TEST_P(SessionStoreContract, of_two_updates_of_one_version_one_conflicts) {
  auto session = create(sample_session(1));
  for (int i = 0; i < rounds; ++i) {
    auto left = session;
    left.hostname = "left";
    auto right = session;
    right.hostname = "right";
    const auto results =
        race<Result<Session>>([&] { return store->update(left); }, [&] { return store->update(right); });
    EXPECT_EQ(successes(results), 1);
    EXPECT_EQ(count_of(results, ErrorKind::conflict), 1);
    session = stored(1);
    EXPECT_EQ(session.hostname, results.first ? "left" : "right");
  }
}

TEST_P(SessionStoreContract, claim_makes_an_owner_and_keeps_the_token_alive) {
  auto session = sample_session(1);
  session.dies_at = WallTime(seconds(5));
  create(session);
  const Claim claim{7, WallTime(seconds(9)), *Endpoint::parse("192.0.2.8:4000"), std::string(200, 'a'),
                    "desk"};
  const auto claimed = run(store->claim(1, claim)).value().value();
  EXPECT_EQ(claimed.connected_at, claim.at);
  EXPECT_EQ(claimed.remote, claim.remote);
  EXPECT_EQ(claimed.user_agent, std::string(max_user_agent, 'a'));
  EXPECT_EQ(claimed.hostname, "desk");
  EXPECT_EQ(claimed.generation, 1U);
  EXPECT_EQ(claimed.node, 7U);
  EXPECT_EQ(claimed.version, 2U);
  EXPECT_EQ(claimed.dies_at, std::nullopt);
  EXPECT_TRUE(run(store->expire(WallTime(seconds(5)))).value().empty());
  EXPECT_EQ(run(store->claim(2, {.node = 7})).value().has_value(), false);
}

TEST_P(SessionStoreContract, two_claims_get_different_generations) {
  create(sample_session(1));
  for (int i = 0; i < rounds; ++i) {
    const auto results = race<Result<std::optional<Session>>>([&] { return store->claim(1, {.node = 1}); },
                                                              [&] { return store->claim(1, {.node = 2}); });
    const auto left = results.first.value().value();
    const auto right = results.second.value().value();
    EXPECT_NE(left.generation, right.generation);
    const auto now = stored(1);
    EXPECT_EQ(now.generation, 2U * (i + 1));
    EXPECT_EQ(now.node, left.generation > right.generation ? 1U : 2U);
  }
}

TEST_P(SessionStoreContract, of_a_claim_and_an_update_of_one_version_no_change_is_lost) {
  create(sample_session(1));
  for (int i = 0; i < rounds; ++i) {
    auto before = stored(1);
    before.totals.rx_bytes = i + 1;
    const auto claim = [&]() -> net::Task<Result<bool>> {
      return [](SessionStore& where) -> net::Task<Result<bool>> {
        const auto claimed = co_await where.claim(1, {.node = 1});
        co_return claimed.value().has_value();
      }(*store);
    };
    const auto update = [&]() -> net::Task<Result<bool>> {
      return [](SessionStore& where, Session session) -> net::Task<Result<bool>> {
        const auto updated = co_await where.update(std::move(session));
        co_return updated.has_value();
      }(*store, before);
    };
    const auto results = race<Result<bool>>(claim, update);
    EXPECT_TRUE(results.first.value());
    const auto now = stored(1);
    EXPECT_EQ(now.generation, before.generation + 1);
    EXPECT_EQ(now.totals.rx_bytes == before.totals.rx_bytes, results.second.value());
  }
}

TEST_P(SessionStoreContract, lease_gives_the_same_addresses_each_time) {
  create(sample_session(1));
  const auto pool = sample_pool("10.0.0.0/24", "fd00::/64");
  const auto first = lease(1, pool).value();
  EXPECT_TRUE(pool.ipv4->contains(first.ipv4.value()));
  EXPECT_TRUE(pool.ipv6->contains(first.ipv6.value()));
  EXPECT_EQ(first.version, 2U);
  const auto again = lease(1, pool).value();
  EXPECT_EQ(again.ipv4, first.ipv4);
  EXPECT_EQ(again.ipv6, first.ipv6);
  EXPECT_EQ(again.version, 2U);
  EXPECT_EQ(lease(2, pool).error().kind, ErrorKind::conflict);
}

TEST_P(SessionStoreContract, lease_leaves_out_what_is_not_wanted_or_not_there) {
  create(sample_session(1));
  EXPECT_EQ(lease(1, sample_pool("10.0.0.0/24"), true)->ipv6, std::nullopt);
  const auto both = sample_pool("10.0.0.0/24", "fd00::/126");
  EXPECT_NE(lease(1, both, true)->ipv6, std::nullopt);
  EXPECT_EQ(lease(1, both, false)->ipv6, std::nullopt);
  EXPECT_EQ(stored(1).ipv6, std::nullopt);
}

TEST_P(SessionStoreContract, two_sessions_of_a_user_get_different_addresses) {
  const auto pool = sample_pool("10.0.0.0/24");
  create(sample_session(1));
  create(sample_session(2));
  const auto first = lease(1, pool)->ipv4;
  EXPECT_NE(lease(2, pool)->ipv4, first);
  EXPECT_EQ(run(store->remove(1)), true);
  create(sample_session(3));
  EXPECT_EQ(lease(3, pool)->ipv4, first);  // the user comes back
}

TEST_P(SessionStoreContract, a_used_up_pool_is_unavailable_and_changes_nothing) {
  const auto pool = sample_pool("10.0.0.0/24", "fd00::/126");
  for (SessionId id = 1; id <= 3; ++id) create(sample_session(id, "user" + std::to_string(id)));
  ASSERT_TRUE(lease(1, pool));
  ASSERT_TRUE(lease(2, pool));
  const auto full = lease(3, pool);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error(), (Error{ErrorKind::unavailable, "the address pool main has no IPv6 address left"}));
  EXPECT_EQ(stored(3).ipv4, std::nullopt);
  EXPECT_EQ(stored(3).version, 1U);
  EXPECT_EQ(run(store->remove(2)), true);
  EXPECT_TRUE(lease(3, pool));
}

TEST_P(SessionStoreContract, of_two_leases_of_the_last_address_one_is_unavailable) {
  const auto pool = sample_pool("10.0.0.0/30");
  for (int i = 0; i < rounds; ++i) {
    create(sample_session(1, "alice"));
    create(sample_session(2, "bob"));
    const auto results = race<Result<Session>>([&] { return store->lease(1, pool, true, true); },
                                               [&] { return store->lease(2, pool, true, true); });
    EXPECT_EQ(successes(results), 1);
    EXPECT_EQ(count_of(results, ErrorKind::unavailable), 1);
    EXPECT_EQ(run(store->remove(1)), true);
    EXPECT_EQ(run(store->remove(2)), true);
  }
}

TEST_P(SessionStoreContract, two_leases_of_one_session_agree) {
  const auto pool = sample_pool("10.0.0.0/24", "fd00::/64");
  for (int i = 0; i < rounds; ++i) {
    create(sample_session(1));
    const auto results = race<Result<Session>>([&] { return store->lease(1, pool, true, true); },
                                               [&] { return store->lease(1, pool, true, true); });
    EXPECT_EQ(results.first.value().ipv4, results.second.value().ipv4);
    EXPECT_EQ(results.first.value().ipv6, results.second.value().ipv6);
    EXPECT_EQ(stored(1).version, 2U);
    EXPECT_EQ(run(store->remove(1)), true);
  }
}

TEST_P(SessionStoreContract, remove_frees_the_token) {
  create(sample_session(1));
  EXPECT_EQ(run(store->remove(1)), true);
  EXPECT_EQ(run(store->remove(1)), false);
  EXPECT_EQ(run(store->find(sample_session(1).token_hash)).value().has_value(), false);
  create(sample_session(1));
}

TEST_P(SessionStoreContract, of_two_removes_one_finds_the_session) {
  for (int i = 0; i < rounds; ++i) {
    create(sample_session(1));
    const auto results =
        race<Result<bool>>([&] { return store->remove(1); }, [&] { return store->remove(1); });
    EXPECT_NE(results.first.value(), results.second.value());
  }
}

TEST_P(SessionStoreContract, list_shows_all) {
  EXPECT_TRUE(run(store->list()).value().empty());
  for (SessionId id = 1; id <= 3; ++id) create(sample_session(id));
  std::set<SessionId> ids;
  const auto sessions = run(store->list()).value();
  for (const auto& session : sessions) ids.insert(session.id);
  EXPECT_EQ(ids, (std::set<SessionId>{1, 2, 3}));
}

TEST_P(SessionStoreContract, expire_removes_what_is_over) {
  auto endless = sample_session(1);
  auto limited = sample_session(2);
  limited.expires_at = WallTime(seconds(100));
  auto detached = sample_session(3);
  detached.expires_at = WallTime(seconds(100));
  detached.dies_at = WallTime(seconds(50));
  for (const auto& session : {endless, limited, detached}) create(session);
  EXPECT_TRUE(run(store->expire(WallTime(seconds(49)))).value().empty());
  const auto first = run(store->expire(WallTime(seconds(50)))).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, 3U);
  EXPECT_EQ(first[0].user, "alice");
  EXPECT_FALSE(has(3));
  EXPECT_EQ(run(store->expire(WallTime(seconds(100)))).value().at(0).id, 2U);
  EXPECT_TRUE(has(1));
}

TEST_P(SessionStoreContract, of_two_expiries_one_gets_each_session) {
  for (int i = 0; i < rounds; ++i) {
    for (SessionId id = 1; id <= 2; ++id) {
      auto session = sample_session(id);
      session.dies_at = WallTime(seconds(1));
      create(session);
    }
    const auto now = WallTime(seconds(1));
    const auto results = race<Result<std::vector<Session>>>([&] { return store->expire(now); },
                                                            [&] { return store->expire(now); });
    EXPECT_EQ(results.first.value().size() + results.second.value().size(), 2U);
  }
}

TEST_P(SessionStoreContract, readers_and_writers_do_not_disturb_each_other) {
  create(sample_session(1));
  std::atomic<bool> done = false;
  std::jthread reader([&] {
    while (!done) {
      EXPECT_GE(run(store->list()).value().size(), 1U);
      EXPECT_TRUE(has(1));
    }
  });
  for (SessionId id = 2; id < 2 + rounds; ++id) {
    create(sample_session(id));
    EXPECT_TRUE(run(store->claim(1, {.node = 1})).value().has_value());
    EXPECT_EQ(run(store->remove(id)), true);
  }
  done = true;
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionStoreContract,
                         ::testing::Values(std::pair{"memory", &make_memory_store},
                                           std::pair{"sqlite", &make_sqlite_store}),
                         [](const auto& kind) { return std::string(kind.param.first); });

}  // namespace sallyport::store
