#include "proto/mtu_search.hpp"

#include <algorithm>

namespace sallyport::proto {

namespace {

using namespace std::chrono_literals;

constexpr int most_tries = 3;  // of one size: a datagram may get lost
constexpr auto try_interval = 400ms;
constexpr int close_enough = 8;  // bytes

}  // namespace

MtuSearch::MtuSearch(std::uint16_t least, std::uint16_t most, Time now)
    : least_(std::min(least, most)), most_(most), low_(least_), high_(most + 1), size_(most), next_(now) {}

std::optional<std::uint16_t> MtuSearch::due(Time now) {
  if (done_ || now < next_) return std::nullopt;
  if (tries_ == most_tries) {
    high_ = size_;
    try_next(now);
    if (done_) return std::nullopt;
  }
  ++tries_;
  next_ = now + try_interval;
  return size_;
}

void MtuSearch::answered(std::size_t size, Time now) {
  if (done_ || size < least_ || size > most_) return;
  any_answer_ = true;
  low_ = std::max(low_, static_cast<std::uint16_t>(size));
  if (high_ <= low_) high_ = most_ + 1;  // an answer that came late
  if (size >= size_ || high_ - low_ <= close_enough) try_next(now);
}

void MtuSearch::refused(Time now) {
  if (done_) return;
  high_ = size_;
  try_next(now);
}

void MtuSearch::try_next(Time now) {
  next_ = now;
  tries_ = 0;
  if (low_ == most_) {
    done_ = true;
  } else if (high_ - low_ > close_enough) {
    size_ = static_cast<std::uint16_t>((low_ + high_) / 2);
  } else if (!any_answer_ && size_ != least_) {
    size_ = least_;
  } else {
    if (!any_answer_) low_ = most_;
    done_ = true;
  }
}

}  // namespace sallyport::proto
