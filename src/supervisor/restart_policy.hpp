// How soon a process that died is started again: at once, then after 1, 2, 4 … seconds; five deaths in a
// minute and the service gives up, so that whoever watches it sees a failure and not a loop.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

namespace sallyport::supervisor {

using Time = std::chrono::steady_clock::time_point;

class RestartPolicy {
 public:
  static constexpr std::size_t most_deaths = 5;
  static constexpr std::chrono::seconds window{60};

  // Records a death; the time to wait before the next start, or nothing: give up.
  std::optional<std::chrono::seconds> died(Time now);

 private:
  std::deque<Time> deaths_;  // those of the last minute
};

}  // namespace sallyport::supervisor
