#include "proto/backoff.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace sallyport::proto {

namespace {

using std::chrono::seconds;
constexpr std::array<seconds, DtlsBackoff::all_hellos> hello_times{seconds(0), seconds(1),  seconds(3),
                                                                   seconds(7), seconds(15), seconds(31)};
constexpr seconds patience(1);  // after the last
constexpr seconds attempt_interval(60);

}  // namespace

DtlsBackoff::DtlsBackoff(Time start, std::size_t hellos)
    : start_(start), most_hellos_(std::clamp<std::size_t>(hellos, 1, hello_times.size())) {}

DtlsBackoff::Action DtlsBackoff::due(Time now) {
  if (now < next()) return Action::none;
  if (given_up_) {
    next_attempt_ = now + attempt_interval;
    return Action::attempt;
  }
  if (now >= give_up_at()) {
    given_up_ = true;
    next_attempt_ = now + attempt_interval;
    return Action::give_up;
  }
  while (hellos_ < most_hellos_ && start_ + hello_times[hellos_] <= now) ++hellos_;
  return Action::hello;
}

Time DtlsBackoff::next() const {
  if (given_up_) return next_attempt_;
  if (hellos_ < most_hellos_) return start_ + hello_times[hellos_];
  return give_up_at();
}

Time DtlsBackoff::give_up_at() const {
  return start_ + hello_times[most_hellos_ - 1] + patience;
}

}  // namespace sallyport::proto
