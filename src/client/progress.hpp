// Shows the six phases on stderr as they complete, each with the time it took.
#pragma once

#include <chrono>
#include <optional>

#include "flow/event.hpp"

namespace sallyport::client {

class Progress {
 public:
  explicit Progress(bool verbose) : verbose_(verbose) {}
  void show(const flow::Event& event);

 private:
  bool verbose_;  // each step, not only the end of each phase
  std::chrono::system_clock::time_point phase_began_{};
  std::optional<flow::Phase> phase_;
};

}  // namespace sallyport::client
