// The transaction of SessionTable; its operations have their test in session_store_contract_test.cpp.
#include "store/session_table.hpp"

#include "store/session_record.hpp"
#include "store/test_support.hpp"

namespace sallyport::store {

using namespace testing;

namespace {

// All that is in the records, to compare.
std::vector<Bytes> content_of(const SessionTable& table) {
  std::vector<Bytes> records;
  const auto sessions = table.list();
  for (const auto& session : sessions) records.push_back(encode_session(session, {}));
  return records;
}

class SessionTableUndo : public ::testing::Test {
 protected:
  SessionTableUndo() {
    auto mortal = sample_session(1);
    mortal.dies_at = WallTime(std::chrono::seconds(5));
    EXPECT_TRUE(table.create(mortal));
    EXPECT_TRUE(table.lease(1, pool, true, true));
    EXPECT_TRUE(table.create(sample_session(2)));
    before = content_of(table);
    table.begin();
  }

  const proto::AddressPool pool = sample_pool("10.0.0.0/30");  // one address
  SessionTable table;
  std::vector<Bytes> before;
};

}  // namespace

TEST_F(SessionTableUndo, brings_back_what_was_changed_or_removed) {
  EXPECT_TRUE(table.claim(1, {.node = 1}));
  EXPECT_TRUE(table.claim(1, {.node = 2}));
  EXPECT_TRUE(table.remove(2));
  EXPECT_TRUE(table.create(sample_session(3)));
  EXPECT_EQ(table.changed().size(), 3U);
  table.undo();
  EXPECT_EQ(content_of(table), before);
  EXPECT_EQ(table.find(sample_session(3).token_hash).has_value(), false);
  EXPECT_EQ(table.expire(WallTime(std::chrono::seconds(5))).size(), 1U);
}

TEST_F(SessionTableUndo, gives_tokens_and_addresses_back_that_changed_hands) {
  EXPECT_TRUE(table.remove(1));
  for (const SessionId heir : {0, 9}) {  // one sorts before the first owner, one after
    auto session = sample_session(1);
    session.id = heir;
    EXPECT_TRUE(table.create(session));
    EXPECT_TRUE(table.lease(heir, pool, true, true));
    if (heir == 0) EXPECT_TRUE(table.remove(heir));
  }
  table.undo();
  EXPECT_EQ(content_of(table), before);
  EXPECT_EQ(table.find(sample_session(1).token_hash).value().id, 1U);
  EXPECT_EQ(table.lease(2, pool, true, true).error().kind, ErrorKind::unavailable);
}

TEST_F(SessionTableUndo, keeps_what_was_kept) {
  EXPECT_TRUE(table.remove(1));
  table.keep();
  table.begin();
  EXPECT_TRUE(table.changed().empty());
  table.undo();
  EXPECT_EQ(table.list().size(), 1U);
}

}  // namespace sallyport::store
