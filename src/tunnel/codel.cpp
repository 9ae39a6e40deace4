#include "tunnel/codel.hpp"

#include <algorithm>
#include <cmath>

namespace sallyport::tunnel {

bool Codel::is_late(proto::Time queued, bool last, proto::Time now) {
  if (now - queued < target || last) {
    late_since_ = proto::Time::max();
    return false;
  }
  if (late_since_ == proto::Time::max()) late_since_ = now + interval;
  return now >= late_since_;
}

// RFC 8289 section 4.3: the more have been dropped, the sooner the next.
proto::Time Codel::next_drop(proto::Time from) const {
  const auto wait = std::chrono::duration<double>(interval) / std::sqrt(static_cast<double>(count_));
  return from + std::chrono::duration_cast<proto::Time::duration>(wait);
}

bool Codel::drops(proto::Time queued, bool last, proto::Time now) {
  if (!is_late(queued, last, now)) {
    dropping_ = false;
    return false;
  }
  if (dropping_) {
    if (now < drop_next_) return false;
    ++count_;
    drop_next_ = next_drop(drop_next_);
    return true;
  }
  // RFC 8289 section 5.5: soon after the last time it goes on at the rate that had worked.
  dropping_ = true;
  const auto since = count_ - last_count_;
  const bool soon = now - drop_next_ < 16 * interval;
  count_ = soon && since > 1 ? since : 1;
  last_count_ = count_;
  drop_next_ = next_drop(now);
  return true;
}

}  // namespace sallyport::tunnel
