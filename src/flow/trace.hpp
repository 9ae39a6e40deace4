// The flow events of one session or one connection, out of what the threads' recorders have kept. A session's
// connections are found by the session's number and by that of its login, which events carry as fields. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flow/recorder.hpp"

namespace sallyport::flow {

struct Trace {
  std::vector<Event> events;  // in the order in which they happened, whatever the clock
  bool is_whole = true;       // false: there were earlier ones, which are no longer kept
};

Trace trace_of_session(std::uint64_t session, std::span<const Kept> threads);
Trace trace_of_attempt(std::uint64_t attempt, std::span<const Kept> threads);

}  // namespace sallyport::flow
