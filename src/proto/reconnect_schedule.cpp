#include "proto/reconnect_schedule.hpp"

#include <algorithm>

namespace sallyport::proto {

std::optional<Time> ReconnectSchedule::next_after_failure(Time now) {
  constexpr std::chrono::seconds step(10);
  constexpr std::chrono::seconds longest(100);
  if (now >= end_) return std::nullopt;
  wait_ = std::min(wait_ + step, longest);
  return std::min(now + wait_, end_);
}

}  // namespace sallyport::proto
