#include "store/dialogue_store.hpp"

#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::store {

using std::chrono::seconds;

namespace {

constexpr DialogueStore::Time start{seconds(1000)};
const Address client = *Address::parse("192.0.2.1");
const Address other = *Address::parse("192.0.2.2");

}  // namespace

TEST(DialogueStore, finds_a_dialogue_by_either_name) {
  DialogueStore store;
  const auto dialogue = store.begin(client, start).value();
  EXPECT_EQ(from_base64(dialogue.key).value().size(), 32U);
  EXPECT_TRUE(parse_number(dialogue.handle, ~std::uint64_t{0}));
  EXPECT_EQ(store.find_by_key(dialogue.key, start).value().handle, dialogue.handle);
  EXPECT_EQ(store.find_by_handle(dialogue.handle, start).value().key, dialogue.key);
  EXPECT_EQ(store.find_by_key(dialogue.handle, start).has_value(), false);
  EXPECT_EQ(store.find_by_handle("", start).has_value(), false);
}

TEST(DialogueStore, names_are_never_the_same) {
  DialogueStore store;
  std::set<std::string> names;
  for (int i = 0; i < 500; ++i) {
    const auto dialogue = store.begin(client, start).value();
    EXPECT_TRUE(names.insert(dialogue.key).second);
    EXPECT_TRUE(names.insert(dialogue.handle).second);
  }
}

TEST(DialogueStore, what_is_saved_is_found) {
  DialogueStore store;
  auto dialogue = store.begin(client, start).value();
  dialogue.user = "alice";
  dialogue.failures = 2;
  EXPECT_TRUE(store.save(dialogue));
  EXPECT_EQ(store.find_by_key(dialogue.key, start).value().user, "alice");
  dialogue.path = "/sales";
  EXPECT_TRUE(store.save(dialogue));
  EXPECT_EQ(store.find_by_key(dialogue.key, start).value().path, "/sales");
}

TEST(DialogueStore, saving_prolongs_nothing) {
  DialogueStore store;
  auto dialogue = store.begin(client, start).value();
  dialogue.expires += seconds(1000);
  dialogue.remote = other;
  EXPECT_TRUE(store.save(dialogue));
  EXPECT_TRUE(store.find_by_key(dialogue.key, start + seconds(299)));
  EXPECT_EQ(store.find_by_key(dialogue.key, start)->remote, client);
  EXPECT_FALSE(store.find_by_key(dialogue.key, start + seconds(300)));
  EXPECT_FALSE(store.find_by_handle(dialogue.handle, start + seconds(300)));
}

TEST(DialogueStore, an_older_copy_is_not_saved) {
  DialogueStore store;
  auto first = store.begin(client, start).value();
  auto second = store.find_by_key(first.key, start).value();
  first.failures = 1;
  EXPECT_TRUE(store.save(first));
  second.failures = 1;
  EXPECT_FALSE(store.save(second));
}

TEST(DialogueStore, of_tries_side_by_side_one_is_counted_at_a_time) {
  DialogueStore store;
  const auto key = store.begin(client, start).value().key;
  constexpr int tries = 500;
  const auto count_tries = [&](int& counted) {
    for (int i = 0; i < tries; ++i) {
      auto dialogue = store.find_by_key(key, start).value();
      ++dialogue.failures;
      if (store.save(dialogue)) ++counted;
    }
  };
  int left = 0;
  int right = 0;
  {
    const std::jthread thread([&] { count_tries(left); });
    count_tries(right);
  }
  EXPECT_EQ(store.find_by_key(key, start)->failures, left + right);
}

TEST(DialogueStore, an_ended_dialogue_stays_gone) {
  DialogueStore store;
  auto dialogue = store.begin(client, start).value();
  store.end(dialogue.key);
  store.end(dialogue.key);
  EXPECT_FALSE(store.find_by_key(dialogue.key, start));
  EXPECT_FALSE(store.find_by_handle(dialogue.handle, start));
  EXPECT_FALSE(store.save(dialogue));
  EXPECT_FALSE(store.find_by_key(dialogue.key, start));
}

TEST(DialogueStore, when_full_the_oldest_goes) {
  DialogueStore store({.most = 2});
  const auto first = store.begin(client, start).value();
  const auto second = store.begin(client, start).value();
  const auto third = store.begin(client, start).value();
  EXPECT_FALSE(store.find_by_key(first.key, start));
  EXPECT_TRUE(store.find_by_key(second.key, start));
  EXPECT_TRUE(store.find_by_key(third.key, start));
}

TEST(DialogueStore, a_flood_from_one_address_costs_only_that_address) {
  DialogueStore store({.most_per_address = 2});
  const auto bystander = store.begin(other, start).value();
  const auto first = store.begin(client, start).value();
  const auto second = store.begin(*Address::parse("::ffff:192.0.2.1"), start).value();
  const auto third = store.begin(client, start).value();
  EXPECT_TRUE(store.find_by_key(bystander.key, start));
  EXPECT_FALSE(store.find_by_key(first.key, start));
  EXPECT_TRUE(store.find_by_key(second.key, start));
  EXPECT_TRUE(store.find_by_key(third.key, start));
}

TEST(DialogueStore, an_ipv6_client_is_its_64) {
  DialogueStore store({.most_per_address = 1});
  const auto first = store.begin(*Address::parse("2001:db8::1"), start).value();
  const auto elsewhere = store.begin(*Address::parse("2001:db8:0:1::1"), start).value();
  const auto second = store.begin(*Address::parse("2001:db8::ffff:2"), start).value();
  EXPECT_FALSE(store.find_by_key(first.key, start));
  EXPECT_TRUE(store.find_by_key(elsewhere.key, start));
  EXPECT_TRUE(store.find_by_key(second.key, start));
}

TEST(DialogueStore, what_has_expired_does_not_count) {
  DialogueStore store({.most = 2, .most_per_address = 2});
  store.begin(client, start).value();
  store.begin(client, start).value();
  const auto later = start + seconds(300);
  const auto first = store.begin(client, later).value();
  const auto second = store.begin(client, later).value();
  EXPECT_TRUE(store.find_by_key(first.key, later));
  EXPECT_TRUE(store.find_by_key(second.key, later));
}

}  // namespace sallyport::store
