// epoll: which descriptors have something for us. Each is known by an address that its events name again.
#pragma once

#include <array>
#include <span>

#include <sys/epoll.h>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "proto/time.hpp"

namespace sallyport::tunnel {

class Poller {
 public:
  static Result<Poller> open();

  // Level-triggered, for reading.
  Result<void> add(int descriptor, void* name);
  // Edge-triggered, for both directions: an event only when something has changed.
  Result<void> add_edge_triggered(int descriptor, void* name);
  void remove(int descriptor);
  // For one that was added for reading: for writing, too, or no more.
  void want_to_write(int descriptor, void* name, bool wanted);

  // Until something is there or it is `until`; Time::max(): no limit. Valid until the next call.
  std::span<const epoll_event> wait(proto::Time until, proto::Time now);

 private:
  explicit Poller(Descriptor epoll) : epoll_(std::move(epoll)) {}
  Result<void> add(int descriptor, std::uint32_t events, void* name);

  Descriptor epoll_;
  std::array<epoll_event, 64> events_{};
};

}  // namespace sallyport::tunnel
