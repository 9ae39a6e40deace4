#include "store/session_record.hpp"

#include "base/text.hpp"
#include "store/test_support.hpp"

namespace sallyport::store {

using namespace testing;

namespace {

Session full_session() {
  auto session = sample_session(9007199254740991);
  session.ipv4 = *Address::parse("10.20.0.7");
  session.ipv6 = *Address::parse("fd20::7");
  session.connected_at = session.created_at + std::chrono::seconds(5);
  session.expires_at = session.created_at + std::chrono::seconds(86400);
  session.dies_at = session.created_at + std::chrono::seconds(300);
  session.idle = std::chrono::milliseconds(59001);
  session.totals = {1, 2, 3, 4};
  session.generation = 5;
  session.node = 6;
  session.version = 7;
  return session;
}

}  // namespace

TEST(SessionRecord, round_trips_and_refuses_to_be_cut) {
  const PolicyKey key{1, 2, 3};
  const auto bytes = encode_session(full_session(), key);
  const auto record = decode_session(bytes);
  ASSERT_TRUE(record) << record.error().text;
  EXPECT_EQ(record->policy, key);
  EXPECT_EQ(record->session.user, "alice");
  EXPECT_EQ(record->session.dies_at, full_session().dies_at);
  EXPECT_EQ(encode_session(record->session, key), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_session(ByteView(bytes).first(size))) << size;
}

TEST(SessionRecord, policies_round_trip) {
  const auto policy = decode_policy(encode_policy(sample_policy()));
  ASSERT_TRUE(policy) << policy.error().text;
  EXPECT_EQ(*policy, sample_policy());
}

TEST(SessionRecord, an_address_of_the_wrong_family_is_refused) {
  auto session = full_session();
  session.ipv4 = session.ipv6;
  EXPECT_FALSE(decode_session(encode_session(session, {})));
}

TEST(SessionRecord, what_fits_stays_within_the_limit) {
  auto session = full_session();
  session.user_agent.clear();
  while (fits_record(session)) session.user_agent += 'x';
  session.user_agent.pop_back();
  const auto record = decode_session(encode_session(session, {}));
  ASSERT_TRUE(record) << record.error().text;
  EXPECT_EQ(record->session.user_agent, session.user_agent);
  EXPECT_FALSE(decode_session(Bytes(max_session_record + 1)));
  EXPECT_FALSE(decode_policy(Bytes(max_policy_record + 1)));
}

}  // namespace sallyport::store
