// Wakes all coroutines of one loop that wait for something to happen.
#pragma once

#include <memory>

#include "net/task.hpp"

namespace sallyport::net {

class Signal {
 public:
  explicit Signal(const Executor& executor);
  ~Signal();
  Signal(Signal&&) noexcept;
  Signal& operator=(Signal&&) noexcept;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  Task<void> wait();  // for the next notify(); an earlier one does not count
  void notify();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sallyport::net
