#include "admin/trace_text.hpp"

#include <gtest/gtest.h>

namespace sallyport::admin {

namespace {

proto::TraceEvent handshake() {
  return {.time = "2026-12-31T23:59:59.999000Z",
          .attempt = 12,
          .phase = 1,
          .title = "TLS handshake",
          .direction = "local",
          .step = "finished",
          .fields = {{"version", "TLSv1.3"}, {"session_id_sent", std::uint64_t{0}}}};
}

}  // namespace

TEST(TraceText, a_line_is_an_event_with_its_time_since_the_first) {
  auto end = handshake();
  end.time = "2027-01-02T00:00:00.000250Z";
  end.attempt.reset();
  end.phase.reset();
  end.title = "life";
  end.step = "received";
  end.direction = "from_peer";
  end.fields = {{"message", "DISCONNECT"}};
  EXPECT_EQ(
      trace_text({.id = 4711, .kind = proto::Trace::Kind::session, .events = {handshake(), end}}),
      "session 4711, times in ms since 2026-12-31T23:59:59.999000Z\n"
      "       0.000     12  1 TLS handshake                finished   version=TLSv1.3  session_id_sent=0\n"
      "86400001.250      -    life                      <- received   message=DISCONNECT\n");
}

TEST(TraceText, says_when_the_beginning_is_missing) {
  const auto text = trace_text({.id = 7,
                                .kind = proto::Trace::Kind::attempt,
                                .is_whole = false,
                                .recorded_since = "2026-12-31T00:00:00.000000Z"});
  EXPECT_EQ(text,
            "connection 7\n"
            "the beginning is missing: a gateway keeps its last events, since 2026-12-31T00:00:00.000000Z "
            "at most\n");
}

TEST(TraceText, nothing_of_a_client_reaches_the_terminal_as_it_is) {
  auto event = handshake();
  event.fields = {{"user", "\x1b]0;owned\x07"}};
  const auto text = trace_text({.id = 7, .events = {event}});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(TraceText, a_value_does_not_look_like_more_fields) {
  auto event = handshake();
  event.fields = {
      {"user", "eve  session=1"}, {"reason", "say \"a=b\""}, {"group", "x25519"}, {"step", "a=b"}};
  const auto text = trace_text({.id = 7, .events = {event}});
  EXPECT_TRUE(text.ends_with(R"(user="eve  session=1"  reason="say \"a=b\""  group=x25519  step="a=b")"
                             "\n"))
      << text;
}

}  // namespace sallyport::admin
