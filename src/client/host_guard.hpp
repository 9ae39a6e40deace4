// The guard: a small process that waits for the front's end, however it comes, and takes back what the
// journal still holds.
#pragma once

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "client/journal.hpp"

namespace sallyport::client {

class HostGuard {
 public:
  // Forks; the caller must have one thread only. The guard keeps nothing but the journal and stderr, is deaf
  // to signals that can be ignored and in a session of its own: what ends the front does not end it.
  static Result<HostGuard> start(const Journal& journal);

  HostGuard(HostGuard&& other) noexcept;
  HostGuard& operator=(HostGuard&&) = delete;
  // To be called with an empty journal; waits until the guard has seen it.
  ~HostGuard();

 private:
  HostGuard(pid_t pid, Descriptor front_lives) : pid_(pid), front_lives_(std::move(front_lives)) {}
  pid_t pid_;
  Descriptor front_lives_;  // nothing is written to it: its end is the message
};

}  // namespace sallyport::client
