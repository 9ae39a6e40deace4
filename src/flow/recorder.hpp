// Keeps the last flow events of one thread and shows each to whoever watches. Not shared between threads.
#pragma once

#include <functional>
#include <vector>

#include "flow/event_ring.hpp"

namespace sallyport::flow {

// A copy, for another thread.
struct Kept {
  std::vector<Event> events;    // oldest first
  std::uint64_t forgotten = 0;  // older ones, which made room
};

class Recorder {
 public:
  using Watcher = std::function<void(const Event&)>;

  // Of `memory` bytes for what it keeps.
  explicit Recorder(std::size_t memory, Watcher watcher = {}) : watcher_(std::move(watcher)), ring_(memory) {}

  void record(Event event);
  Kept kept() const { return {ring_.events(), ring_.forgotten()}; }

 private:
  Watcher watcher_;
  EventRing ring_;
};

}  // namespace sallyport::flow
