#include "flow/trace.hpp"

#include <gtest/gtest.h>

namespace sallyport::flow {

namespace {

using std::chrono::milliseconds;

Event at(int time, std::uint64_t attempt, Phase phase, Step step) {
  Event event(attempt, phase, step);
  event.time = std::chrono::system_clock::time_point(milliseconds(time));
  event.moment = std::chrono::steady_clock::time_point(milliseconds(time));
  return event;
}

std::vector<std::int64_t> times(const Trace& trace) {
  std::vector<std::int64_t> list;
  for (const auto& event : trace.events) {
    list.push_back(std::chrono::duration_cast<milliseconds>(event.time.time_since_epoch()).count());
  }
  return list;
}

// Session 70 logs in as login 5 over the connections 1 and 4, has its tunnel on 3; session 80 is somebody
// else's, on connection 2, with a login of the first one's connection.
std::vector<Kept> two_threads() {
  Kept first;
  first.events = {at(1, 1, Phase::handshake, Step::connected),
                  at(2, 1, Phase::select_group, Step::began).with(FieldName::login, 5),
                  at(6, 3, Phase::handshake, Step::connected),
                  at(7, 3, Phase::connect, Step::finished).with(FieldName::session, 70),
                  at(8, 1, Phase::select_group, Step::began).with(FieldName::login, 6)};
  Kept second;
  second.events = {
      at(3, 2, Phase::handshake, Step::connected), at(4, 4, Phase::handshake, Step::connected),
      at(5, 4, Phase::authenticate, Step::finished).with(FieldName::login, 5).with(FieldName::session, 70),
      at(9, 2, Phase::connect, Step::finished).with(FieldName::session, 80),
      at(10, 0, Phase::life, Step::ended).with(FieldName::session, 70)};
  return {first, second};
}

}  // namespace

TEST(FlowTrace, a_session_is_all_its_connections_in_the_order_of_time) {
  const auto trace = trace_of_session(70, two_threads());
  EXPECT_EQ(times(trace), (std::vector<std::int64_t>{1, 2, 4, 5, 6, 7, 10}));
  EXPECT_TRUE(trace.is_whole);
}

TEST(FlowTrace, a_clock_that_is_set_back_changes_no_order) {
  auto threads = two_threads();
  for (auto& thread : threads) {
    for (auto& event : thread.events) {
      if (event.moment.time_since_epoch() >= milliseconds(6)) event.time -= milliseconds(100);
    }
  }
  threads[0].forgotten = 1;  // before the trace's first event
  const auto trace = trace_of_session(70, threads);
  EXPECT_EQ(times(trace), (std::vector<std::int64_t>{1, 2, 4, 5, -94, -93, -90}));
  EXPECT_TRUE(trace.is_whole);
}

TEST(FlowTrace, an_attempt_is_one_connection) {
  EXPECT_EQ(times(trace_of_attempt(2, two_threads())), (std::vector<std::int64_t>{3, 9}));
  EXPECT_TRUE(trace_of_attempt(2, two_threads()).is_whole);
}

TEST(FlowTrace, nobody_has_no_events) {
  EXPECT_TRUE(trace_of_session(71, two_threads()).events.empty());
  EXPECT_TRUE(trace_of_attempt(9, two_threads()).events.empty());
}

TEST(FlowTrace, a_missing_beginning_is_told) {
  auto threads = two_threads();
  threads[0].events.erase(threads[0].events.begin());  // the handshake of connection 1
  EXPECT_FALSE(trace_of_session(70, threads).is_whole);
  EXPECT_FALSE(trace_of_attempt(1, threads).is_whole);
  threads[0].events.erase(threads[0].events.begin());  // and the login's beginning
  EXPECT_FALSE(trace_of_session(70, threads).is_whole);
  EXPECT_FALSE(trace_of_session(80, threads).is_whole);  // its login was before these events
}

TEST(FlowTrace, a_ring_that_has_forgotten_may_have_had_more) {
  auto threads = two_threads();
  threads[1].forgotten = 1;
  EXPECT_FALSE(trace_of_session(70, threads).is_whole);
  EXPECT_TRUE(trace_of_attempt(2, threads).is_whole);
}

}  // namespace sallyport::flow
