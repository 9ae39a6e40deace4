// Keeps the last flow events of one thread and shows each to whoever watches. Not shared between threads.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "flow/event.hpp"

namespace sallyport::flow {

// A copy, for another thread.
struct Kept {
  std::vector<Event> events;    // oldest first
  std::uint64_t forgotten = 0;  // older ones, which made room
};

class Recorder {
 public:
  using Watcher = std::function<void(const Event&)>;

  explicit Recorder(std::size_t capacity, Watcher watcher = {})
      : capacity_(capacity), watcher_(std::move(watcher)) {}

  void record(Event event);
  Kept kept() const { return {{events_.begin(), events_.end()}, forgotten_}; }

 private:
  std::size_t capacity_;
  Watcher watcher_;
  std::deque<Event> events_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace sallyport::flow
