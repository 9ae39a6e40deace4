#include "proto/backoff.hpp"

#include <array>
#include <chrono>

namespace sallyport::proto {

namespace {

using std::chrono::seconds;
constexpr std::array hello_times{seconds(0), seconds(1), seconds(3), seconds(7), seconds(15), seconds(31)};
constexpr seconds patience(32);
constexpr seconds attempt_interval(60);

}  // namespace

DtlsBackoff::Action DtlsBackoff::due(Time now) {
  if (now < next()) return Action::none;
  if (given_up_) {
    next_attempt_ = now + attempt_interval;
    return Action::attempt;
  }
  if (now >= start_ + patience) {
    given_up_ = true;
    next_attempt_ = now + attempt_interval;
    return Action::give_up;
  }
  while (hellos_ < hello_times.size() && start_ + hello_times[hellos_] <= now) ++hellos_;
  return Action::hello;
}

Time DtlsBackoff::next() const {
  if (given_up_) return next_attempt_;
  return start_ + (hellos_ < hello_times.size() ? hello_times[hellos_] : patience);
}

}  // namespace sallyport::proto
