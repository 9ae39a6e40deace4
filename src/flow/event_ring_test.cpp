#include "flow/event_ring.hpp"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

Event numbered(std::int64_t number) {
  Event event(7, Phase::connect, Step::sent, Direction::to_peer);
  event.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(number));
  event.moment = std::chrono::steady_clock::time_point(std::chrono::milliseconds(2 * number));
  return event.with(FieldName::status, number).with(FieldName::reason, "no address");
}

bool same(const Event& left, const Event& right) {
  return left.time == right.time && left.moment == right.moment && left.attempt == right.attempt &&
         left.phase == right.phase && left.step == right.step && left.direction == right.direction &&
         std::ranges::equal(left.fields(), right.fields());
}

TEST(EventRing, gives_back_what_it_was_given) {
  Event full(~0ULL, Phase::life, Step::ended, Direction::from_peer);
  full.time = std::chrono::system_clock::time_point::min();
  full.moment = std::chrono::steady_clock::time_point::max();
  full.with(FieldName::bytes, -1).with(FieldName::user, "");
  for (int i = 2; i < static_cast<int>(Event::most_fields); ++i)
    full.with(FieldName::reason, std::string(100, 'x'));
  EventRing ring(2000);
  for (const auto& event : {full, numbered(1), full}) ring.push(event);
  const auto events = ring.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(same(events[0], full));
  EXPECT_TRUE(same(events[1], numbered(1)));
  EXPECT_TRUE(same(events[2], full));
  EXPECT_EQ(ring.forgotten(), 0U);
}

TEST(EventRing, keeps_the_newest_that_have_room) {
  EventRing ring(1000);
  constexpr int most = 500;
  for (int number = 0; number < most; ++number) {
    ring.push(numbered(number));
    const auto events = ring.events();
    ASSERT_EQ(events.size() + ring.forgotten(), static_cast<std::size_t>(number) + 1);
    for (std::size_t i = 0; i < events.size(); ++i)
      ASSERT_TRUE(same(events[i], numbered(static_cast<std::int64_t>(ring.forgotten() + i))));
  }
  EXPECT_GT(ring.events().size(), 10U);
}

TEST(EventRing, without_room_forgets_everything) {
  for (const std::size_t size : {0U, 10U}) {
    EventRing ring(size);
    ring.push(numbered(1));
    EXPECT_TRUE(ring.events().empty());
    EXPECT_EQ(ring.forgotten(), 1U);
  }
}

}  // namespace
}  // namespace sallyport::flow
