#include "proto/mtu_search.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

using std::chrono::milliseconds;

constexpr Time start{std::chrono::hours(7)};

struct Path {
  int passes = 1434;  // the largest packet
  milliseconds round_trip{20};
  int lost = 0;  // that many of the first probes
};

struct Found {
  std::uint16_t size = 0;
  milliseconds took{0};
  std::vector<std::uint16_t> probes;
};

Found search(const Path& path, std::uint16_t least = 576, std::uint16_t most = 1434) {
  MtuSearch search(least, most, start);
  Found found;
  std::vector<std::pair<Time, std::uint16_t>> answers;  // under way
  int lost = path.lost;
  auto now = start;
  while (!search.is_done()) {
    EXPECT_LT(now, start + std::chrono::minutes(1));
    if (const auto size = search.due(now)) {
      found.probes.push_back(*size);
      if (lost > 0) {
        --lost;
      } else if (*size <= path.passes) {
        answers.emplace_back(now + path.round_trip, *size);
      }
    }
    now += milliseconds(10);
    for (const auto& [when, size] : answers) {
      if (when <= now) search.answered(size, now);
    }
    std::erase_if(answers, [now](const auto& answer) { return answer.first <= now; });
  }
  found.size = search.largest();
  found.took = std::chrono::duration_cast<milliseconds>(now - start);
  return found;
}

}  // namespace

TEST(MtuSearch, a_clean_path_needs_one_probe) {
  const auto found = search({});
  EXPECT_EQ(found.size, 1434);
  EXPECT_EQ(found.probes, std::vector<std::uint16_t>{1434});
}

TEST(MtuSearch, a_lost_probe_is_repeated) {
  EXPECT_EQ(search({.lost = 2}).size, 1434);
}

TEST(MtuSearch, finds_what_a_narrow_path_carries) {
  for (const int passes : {1433, 1426, 1300, 1000, 700}) {
    const auto found = search({.passes = passes});
    EXPECT_LE(found.size, passes);
    EXPECT_GT(found.size, passes - 9);
    EXPECT_LT(found.took, std::chrono::seconds(10));
  }
}

TEST(MtuSearch, a_long_round_trip_does_not_look_narrow) {
  EXPECT_EQ(search({.round_trip = milliseconds(3000)}).size, 1434);
}

TEST(MtuSearch, without_any_answer_the_gateway_does_not_know_probes) {
  const auto found = search({.passes = 0});
  EXPECT_EQ(found.size, 1434);
  EXPECT_EQ(found.probes.back(), 576);
}

TEST(MtuSearch, until_it_is_done_only_what_passes_may_be_sent) {
  MtuSearch search(1280, 1434, start);
  EXPECT_EQ(search.largest(), 1280);
  EXPECT_EQ(search.due(start), 1434);
  EXPECT_EQ(search.due(start), std::nullopt);
  search.answered(1434, start + milliseconds(1));
  EXPECT_EQ(search.largest(), 1434);
  EXPECT_TRUE(search.is_done());
  EXPECT_EQ(search.next(), Time::max());
}

TEST(MtuSearch, an_answer_of_a_size_that_was_not_asked_is_ignored) {
  MtuSearch search(1280, 1434, start);
  for (const std::size_t size : {0U, 4U, 1279U, 1435U, 16384U}) search.answered(size, start);
  EXPECT_EQ(search.largest(), 1280);
  EXPECT_FALSE(search.is_done());
}

TEST(MtuSearch, what_cannot_be_sent_is_not_tried_again) {
  MtuSearch search(576, 1434, start);
  int probes = 0;
  for (auto size = search.due(start); size; size = search.due(start)) {
    ++probes;
    if (*size > 1334) {
      search.refused(start);
    } else {
      search.answered(*size, start);
    }
  }
  EXPECT_TRUE(search.is_done());
  EXPECT_GT(search.largest(), 1334 - 9);
  EXPECT_LE(search.largest(), 1334);
  EXPECT_LT(probes, 10);
}

TEST(MtuSearch, a_small_link_is_not_searched) {
  EXPECT_EQ(search({.passes = 500}, 1280, 576).size, 576);
}

}  // namespace sallyport::proto
