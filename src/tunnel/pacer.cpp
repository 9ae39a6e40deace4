#include "tunnel/pacer.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;
using proto::Time;

constexpr std::size_t most_waiting = 512 << 10;  // bytes

constexpr int datagrams_for_request = 1000;  // at least, so that they are few
constexpr Pacer::Duration least_patience = 20ms;
constexpr Pacer::Duration most_patience = 1s;
// Steps up and down that keep the pace where one request in seventeen is lost.
constexpr double slower = 1.05;
constexpr double faster = 0.997;

Pacer::Duration times(Pacer::Duration time, double factor) {
  const auto changed = std::chrono::duration<double, std::nano>(time) * factor;
  return std::clamp(std::chrono::duration_cast<Pacer::Duration>(changed), Pacer::shortest, Pacer::longest);
}

}  // namespace

void Pacer::sent(Time now) {
  sent_ = std::min(sent_ + 1, datagrams_for_request);
  if (taken_at_ <= now) {
    taken_at_ = now;
    is_ahead_ = false;
  }
  taken_at_ += time_for_each_;
  is_ahead_ = is_ahead_ || taken_at_ - now >= burst * time_for_each_;
}

bool Pacer::asks(Time now) {
  if (sent_ < datagrams_for_request || !is_ahead(now)) return false;
  if (unanswered_) {
    if (now < asked_at_ + patience_) return false;
    time_for_each_ = times(time_for_each_, slower);
    patience_ = std::min(2 * patience_, most_patience);
  }
  unanswered_ = true;
  asked_at_ = now;
  sent_ = 0;
  return true;
}

void Pacer::answered(Time now) {
  if (!std::exchange(unanswered_, false)) return;
  time_for_each_ = times(time_for_each_, faster);
  patience_ = std::clamp<Duration>(4 * (now - asked_at_), least_patience, most_patience);
}

FlowQueue& Pacer::waiting() {
  if (!waiting_) waiting_ = std::make_unique<FlowQueue>(most_waiting);
  return *waiting_;
}

void Pacer::rest() {
  if (!has_waiting()) waiting_.reset();
}

}  // namespace sallyport::tunnel
