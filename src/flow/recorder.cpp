#include "flow/recorder.hpp"

namespace sallyport::flow {

void Recorder::record(Event event) {
  event.time = std::chrono::system_clock::now();
  event.moment = std::chrono::steady_clock::now();
  if (watcher_) watcher_(event);
  ring_.push(event);
}

}  // namespace sallyport::flow
