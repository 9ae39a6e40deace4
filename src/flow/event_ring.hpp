// The newest events in a fixed number of bytes, all of which it takes when it is made: what a process keeps
// of its past does not make it grow.
#pragma once

#include <cstdint>
#include <vector>

#include "flow/event.hpp"

namespace sallyport::flow {

class EventRing {
 public:
  // An event has some 90 bytes, and 550 at most; one that has no room at all is forgotten at once.
  explicit EventRing(std::size_t bytes) : bytes_(bytes) {}

  void push(const Event& event);
  std::vector<Event> events() const;                      // oldest first
  std::uint64_t forgotten() const { return forgotten_; }  // older ones, which made room

 private:
  class Reader;
  void append(const std::vector<std::uint8_t>& form);
  void drop_oldest();

  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;  // of the oldest
  std::size_t used_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace sallyport::flow
