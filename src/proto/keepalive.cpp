#include "proto/keepalive.hpp"

#include <algorithm>

namespace sallyport::proto {

Keepalive::Rule Keepalive::Rule::client(std::chrono::seconds dpd, std::chrono::seconds keepalive) {
  const bool both = dpd.count() > 0 && keepalive.count() > 0;
  return {.probe_after = dpd,
          .probe_every = Duration(dpd) / 2,
          .dead_after = 2 * dpd,
          .send_within = both ? std::min(dpd, keepalive) : std::max(dpd, keepalive)};
}

Keepalive::Rule Keepalive::Rule::gateway(std::chrono::seconds dpd) {
  return {.probe_after = 2 * dpd, .probe_every = Duration(dpd) / 2, .dead_after = 3 * dpd};
}

Keepalive::Action Keepalive::due(Time now) {
  if (probes() && now - last_heard_ >= rule_.dead_after) return Action::give_up;
  if (probes() && now >= next_probe()) {
    last_probe_ = last_sent_ = now;
    return Action::probe;
  }
  if (rule_.send_within > Duration(0) && now - last_sent_ >= rule_.send_within) {
    last_sent_ = now;
    return Action::keepalive;
  }
  return Action::none;
}

Time Keepalive::next_probe() const {
  // A probe from before the last sign of life says nothing about the silence since.
  const auto first = last_heard_ + rule_.probe_after;
  return last_probe_ > last_heard_ ? std::max(first, last_probe_ + rule_.probe_every) : first;
}

Time Keepalive::next() const {
  auto next = Time::max();
  if (probes()) next = std::min(next_probe(), last_heard_ + rule_.dead_after);
  if (rule_.send_within > Duration(0)) next = std::min(next, last_sent_ + rule_.send_within);
  return next;
}

}  // namespace sallyport::proto
