#include "supervisor/restart_policy.hpp"

namespace sallyport::supervisor {

std::optional<std::chrono::seconds> RestartPolicy::died(Time now) {
  while (!deaths_.empty() && now - deaths_.front() >= window) deaths_.pop_front();
  deaths_.push_back(now);
  if (deaths_.size() >= most_deaths) return std::nullopt;
  const auto earlier = deaths_.size() - 1;
  return std::chrono::seconds(earlier == 0 ? 0 : 1 << (earlier - 1));
}

}  // namespace sallyport::supervisor
