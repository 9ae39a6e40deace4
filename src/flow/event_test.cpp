#include "flow/event.hpp"

#include <gtest/gtest.h>

#include "flow/recorder.hpp"

namespace sallyport::flow {

TEST(FlowEvent, reads_as_a_sentence) {
  Event event(7, Phase::handshake, Step::finished);
  event.with(FieldName::version, "TLSv1.3").with(FieldName::session_id_sent, 0);
  EXPECT_EQ(event.to_text(), "1 TLS handshake finished version=TLSv1.3 session_id_sent=0");
}

TEST(FlowEvent, a_word_is_short_and_printable) {
  EXPECT_EQ(Word("a b\n\xff").view(), "a?b??");
  EXPECT_EQ(Word(std::string(200, 'x')).view().size(), 63U);
}

TEST(FlowEvent, a_ninth_field_is_dropped) {
  Event event(1, Phase::dtls, Step::failed);
  for (int i = 0; i < 9; ++i) event.with(FieldName::peer, i);
  EXPECT_EQ(event.fields().size(), Event::most_fields);
}

TEST(FlowRecorder, keeps_the_newest_and_shows_all) {
  int seen = 0;
  Recorder recorder(2, [&](const Event&) { ++seen; });
  for (std::uint64_t i = 1; i <= 3; ++i) recorder.record(Event(i, Phase::connect, Step::connected));
  ASSERT_EQ(recorder.events().size(), 2U);
  EXPECT_EQ(recorder.events().front().attempt, 2U);
  EXPECT_EQ(seen, 3);
}

}  // namespace sallyport::flow
