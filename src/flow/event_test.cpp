#include "flow/event.hpp"

#include <gtest/gtest.h>

#include "flow/recorder.hpp"

namespace sallyport::flow {

TEST(FlowEvent, every_name_has_its_words) {
  EXPECT_EQ(title_of(Phase::life), "life");
  EXPECT_EQ(name_of(Step::ended), "ended");
  EXPECT_EQ(name_of(FieldName::suite), "suite");
  EXPECT_EQ(name_of(Direction::from_peer), "from_peer");
  EXPECT_EQ(number_of(Phase::dtls), 6);
  EXPECT_EQ(number_of(Phase::life), std::nullopt);
}

TEST(FlowEvent, gives_its_numbers_back) {
  Event event(7, Phase::connect, Step::finished);
  event.with(FieldName::session, 4711).with(FieldName::user, "alice");
  EXPECT_EQ(event.number(FieldName::session), 4711U);
  EXPECT_EQ(event.number(FieldName::user), std::nullopt);
  EXPECT_EQ(event.number(FieldName::login), std::nullopt);
}

TEST(FlowEvent, a_word_is_short_and_printable) {
  EXPECT_EQ(Word("a b\n\xff").view(), "a b??");
  EXPECT_EQ(Word(std::string(200, 'x')).view().size(), 63U);
}

TEST(FlowEvent, a_ninth_field_is_dropped) {
  Event event(1, Phase::dtls, Step::failed);
  for (int i = 0; i < 9; ++i) event.with(FieldName::peer, i);
  EXPECT_EQ(event.fields().size(), Event::most_fields);
}

TEST(FlowRecorder, keeps_the_newest_and_shows_all) {
  int seen = 0;
  Recorder recorder(60, [&](const Event&) { ++seen; });
  for (std::uint64_t i = 1; i <= 3; ++i) recorder.record(Event(i, Phase::connect, Step::connected));
  const auto kept = recorder.kept();
  ASSERT_EQ(kept.events.size(), 2U);
  EXPECT_EQ(kept.events.front().attempt, 2U);
  EXPECT_EQ(kept.forgotten, 1U);
  EXPECT_EQ(seen, 3);
}

}  // namespace sallyport::flow
