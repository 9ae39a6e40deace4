#include "proto/trace.hpp"

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

TraceEvent handshake() {
  return {.time = "2026-11-21T10:00:00.000250Z",
          .attempt = 12,
          .phase = 1,
          .title = "TLS handshake",
          .direction = "local",
          .step = "finished",
          .fields = {{"version", "TLSv1.3"}, {"session_id_sent", std::uint64_t{0}}}};
}

TraceEvent end() {
  return {.time = "2026-11-21T10:00:01.000000Z",
          .attempt = {},
          .phase = {},
          .title = "life",
          .direction = "local",
          .step = "ended",
          .fields = {{"reason", "idle timeout"}}};
}

}  // namespace

TEST(Trace, an_event_has_the_keys_of_the_documentation_and_reads_back) {
  EXPECT_EQ(handshake().serialize(),
            R"({"time":"2026-11-21T10:00:00.000250Z","attempt":12,"phase":1,"title":"TLS handshake",)"
            R"("direction":"local","step":"finished","fields":{"version":"TLSv1.3","session_id_sent":0}})");
  EXPECT_EQ(TraceEvent::parse(handshake().serialize()), handshake());
  EXPECT_EQ(TraceEvent::parse(end().serialize()), end());
}

TEST(Trace, a_whole_one_reads_back) {
  const Trace trace{.id = 4711,
                    .kind = Trace::Kind::attempt,
                    .is_whole = false,
                    .recorded_since = "2026-11-21T09:00:00.000000Z",
                    .events = {handshake(), end()}};
  EXPECT_EQ(Trace::parse(trace.serialize()), trace);
  EXPECT_EQ(Trace::parse(Trace{}.serialize()), Trace{});
}

TEST(Trace, what_is_missing_or_of_another_type_is_named) {
  EXPECT_EQ(TraceEvent::parse(R"({"attempt":null,"phase":"1"})").error().text,
            "the key 'phase' is missing or of another type");
  EXPECT_EQ(Trace::parse(R"({"id":1,"kind":"user"})").error().text,
            "the key 'kind' is missing or of another type");
  EXPECT_FALSE(TraceEvent::parse(R"([1])"));
  EXPECT_FALSE(TraceEvent::parse(R"({"attempt":1,"phase":1,"time":"","title":"","direction":"","step":"",)"
                                 R"("fields":{"a":[]}})"));
}

}  // namespace sallyport::proto
