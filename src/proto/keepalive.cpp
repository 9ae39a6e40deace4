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

Keepalive::Rule Keepalive::Rule::for_datagrams() const {
  using std::chrono::seconds;
  auto rule = *this;
  rule.unanswered_probe_after = seconds(2);
  rule.unanswered_probe_every = seconds(1);
  rule.unanswered_limit = seconds(10);
  return rule;
}

Keepalive::Action Keepalive::due(Time now) {
  if (now >= dead_at()) return Action::give_up;
  if (now >= unanswered_at()) {
    unanswered_since_ = Time::max();
    return Action::unanswered;
  }
  if (now >= next_probe()) {
    last_probe_ = last_sent_ = now;
    return Action::probe;
  }
  if (rule_.send_within > Duration(0) && now - last_sent_ >= rule_.send_within) {
    last_sent_ = now;
    return Action::keepalive;
  }
  return Action::none;
}

bool Keepalive::waits_for_answer() const {
  return rule_.unanswered_limit > Duration(0) && unanswered_since_ != Time::max();
}

Time Keepalive::dead_at() const {
  return probes() ? last_heard_ + rule_.dead_after : Time::max();
}

Time Keepalive::unanswered_at() const {
  return waits_for_answer() ? unanswered_since_ + rule_.unanswered_limit : Time::max();
}

Time Keepalive::next_probe() const {
  // A probe from before the silence says nothing about it.
  const auto after = [this](Time silence, Duration first, Duration every) {
    const auto earliest = silence + first;
    return last_probe_ > silence ? std::max(earliest, last_probe_ + every) : earliest;
  };
  auto time = Time::max();
  if (probes()) time = after(last_heard_, rule_.probe_after, rule_.probe_every);
  if (waits_for_answer()) {
    const auto asked = after(unanswered_since_, rule_.unanswered_probe_after, rule_.unanswered_probe_every);
    time = std::min(time, asked);
  }
  return time;
}

Time Keepalive::next() const {
  auto next = std::min({next_probe(), dead_at(), unanswered_at()});
  if (rule_.send_within > Duration(0)) next = std::min(next, last_sent_ + rule_.send_within);
  return next;
}

}  // namespace sallyport::proto
