#include "flow/recorder.hpp"

namespace sallyport::flow {

void Recorder::record(Event event) {
  event.time = std::chrono::system_clock::now();
  if (watcher_) watcher_(event);
  if (events_.size() == capacity_) {
    events_.pop_front();
    ++forgotten_;
  }
  events_.push_back(event);
}

}  // namespace sallyport::flow
