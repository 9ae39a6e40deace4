#include "net/trace_event.hpp"

#include <gtest/gtest.h>

namespace sallyport::net {

TEST(TraceEvent, says_what_the_event_says) {
  using namespace std::chrono_literals;
  flow::Event event(12, flow::Phase::handshake, flow::Step::connected, flow::Direction::from_peer);
  event.with(flow::FieldName::peer, "192.0.2.2:40000").with(flow::FieldName::bytes, 7);
  event.time = std::chrono::system_clock::time_point(1000000000s + 20ms + 5us);
  const auto told = trace_event(event);
  EXPECT_EQ(told.serialize(), R"({"time":"2001-09-09T01:46:40.020005Z","attempt":12,"phase":1,)"
                              R"("title":"TLS handshake","direction":"from_peer","step":"connected",)"
                              R"("fields":{"peer":"192.0.2.2:40000","bytes":7}})");
}

TEST(TraceEvent, of_no_connection_and_no_phase_says_so) {
  const auto told = trace_event(flow::Event(0, flow::Phase::life, flow::Step::ended));
  EXPECT_EQ(told.attempt, std::nullopt);
  EXPECT_EQ(told.phase, std::nullopt);
  EXPECT_EQ(told.title, "life");
}

}  // namespace sallyport::net
