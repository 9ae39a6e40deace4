#include "client/reconnect_plan.hpp"

#include <algorithm>

namespace sallyport::client {

using namespace std::chrono_literals;
using proto::Time;

namespace {

// A tunnel that was built again and is lost within this time had a short life.
constexpr auto short_life = 30s;
// While the old tunnel works there is no hurry.
constexpr auto renewal_retry = 30s;
// Between two tries at least, unless the user wants one: networks come up in many steps, and some never come
// to rest.
constexpr auto least_pause = 3s;

}  // namespace

ReconnectPlan::Next ReconnectPlan::begin(Time now) {
  trying_ = true;
  again_ = false;
  began_ = now;
  began_up_ = up_;
  next_ = Time::max();
  return Next::try_now;
}

ReconnectPlan::Next ReconnectPlan::wait_until(Time time) {
  next_ = time;
  return Next::wait;
}

ReconnectPlan::Next ReconnectPlan::lost(Time now) {
  const bool young = built_ != Time::min() && !replaced_good_ && now < built_ + short_life;
  short_lives_ = young ? short_lives_ + 1 : 0;
  up_ = false;
  schedule_ = proto::ReconnectSchedule(now, budget_);
  if (trying_) return Next::nothing;
  if (short_lives_ == 0) return begin(now);
  auto first = schedule_.next_after_failure(now);
  for (int i = 1; i < short_lives_ && first; ++i) first = schedule_.next_after_failure(now);
  return wait_until(std::max(first.value_or(now), now + least_pause));
}

ReconnectPlan::Next ReconnectPlan::want(Cause cause, Time now) {
  if (cause != Cause::user) renewal_ = true;
  if (cause == Cause::network) {
    if (up_ && !trying_) cause_ = cause;
    return at_the_networks_pace(now);
  }
  if (cause == Cause::keys && trying_) return Next::nothing;
  // Where the network is why a try waits, the way has to be made anew for this one too.
  const bool network_waits = up_ && cause_ == Cause::network && next_ != Time::max();
  if (cause != Cause::keys || !network_waits) cause_ = cause;
  return begin(now);
}

ReconnectPlan::Next ReconnectPlan::at_the_networks_pace(Time now) {
  if (trying_) {
    again_ = true;
    return Next::nothing;
  }
  const auto last = std::max(began_, built_);
  if (last == Time::min() || now >= last + least_pause) return begin(now);
  return wait_until(std::min(next_, last + least_pause));
}

ReconnectPlan::Next ReconnectPlan::failed(Time now) {
  trying_ = false;
  const auto soon = std::max(now, began_ + least_pause);
  if (up_) {
    if (again_) {
      cause_ = Cause::network;
      return wait_until(soon);
    }
    return renewal_ ? wait_until(now + renewal_retry) : Next::nothing;
  }
  const auto next = schedule_.next_after_failure(now);
  if (!next) return Next::give_up;
  return wait_until(again_ ? std::min(*next, soon) : *next);
}

ReconnectPlan::Next ReconnectPlan::due(Time now) {
  return !trying_ && now >= next_ ? begin(now) : Next::nothing;
}

bool ReconnectPlan::built(Time now) {
  const bool network_changed = again_;
  replaced_good_ = began_up_;
  built_ = now;
  up_ = true;
  trying_ = again_ = renewal_ = false;
  next_ = Time::max();
  began_ = Time::min();
  return network_changed;
}

}  // namespace sallyport::client
