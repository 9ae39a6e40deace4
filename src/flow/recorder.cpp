#include "flow/recorder.hpp"

namespace sallyport::flow {

void Recorder::record(Event event) {
  event.time = std::chrono::system_clock::now();
  if (watcher_) watcher_(event);
  events_.push_back(event);
  if (events_.size() <= capacity_) return;
  events_.pop_front();
  ++forgotten_;
}

}  // namespace sallyport::flow
