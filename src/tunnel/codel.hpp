// CoDel (RFC 8289): which packets of a queue are to be dropped, so that what waits in it waits for 5 ms in
// the long run, however slow the link behind it is.
#pragma once

#include "proto/time.hpp"

namespace sallyport::tunnel {

class Codel {
 public:
  static constexpr std::chrono::milliseconds target{5};
  static constexpr std::chrono::milliseconds interval{100};

  // For each packet that leaves the queue: is it to be dropped, and the next one to be asked about?
  // `queued`: when it came; `last`: nothing waits behind it.
  bool drops(proto::Time queued, bool last, proto::Time now);

 private:
  bool is_late(proto::Time queued, bool last, proto::Time now);
  proto::Time next_drop(proto::Time from) const;

  proto::Time late_since_ = proto::Time::max();  // and late for good once this has come
  proto::Time drop_next_{};
  std::uint32_t count_ = 0;       // drops since it has been dropping
  std::uint32_t last_count_ = 0;  // ... the time before
  bool dropping_ = false;
};

}  // namespace sallyport::tunnel
