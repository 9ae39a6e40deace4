// Shows the six phases as they complete, each with the time it took.
#pragma once

#include <chrono>
#include <map>

#include "client/console.hpp"
#include "flow/event.hpp"

namespace sallyport::client {

class Progress {
 public:
  explicit Progress(const Console& console) : console_(console) {}
  void show(const flow::Event& event);

 private:
  struct Course {
    std::chrono::steady_clock::time_point began;
    bool finished = false;
  };
  const Console& console_;
  std::map<flow::Phase, Course> courses_;  // a later phase may need another TLS handshake
};

}  // namespace sallyport::client
