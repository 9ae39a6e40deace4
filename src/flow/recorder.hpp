// Keeps the last flow events of one thread and shows each to whoever watches. Not shared between threads.
#pragma once

#include <deque>
#include <functional>

#include "flow/event.hpp"

namespace sallyport::flow {

class Recorder {
 public:
  using Watcher = std::function<void(const Event&)>;

  explicit Recorder(std::size_t capacity, Watcher watcher = {})
      : capacity_(capacity), watcher_(std::move(watcher)) {}

  void record(Event event);
  const std::deque<Event>& events() const { return events_; }  // oldest first

 private:
  std::size_t capacity_;
  Watcher watcher_;
  std::deque<Event> events_;
};

}  // namespace sallyport::flow
