// Coroutines of the control plane: Task<T>, the loop that runs them, and waiting for time. Parameters of a
// Task are values or outlive it; errors are thrown as Failure and caught by the function that spawned it
// (doc/coroutines.md).
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"

namespace sallyport::net {

template <class T>
using Task = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

// One thread's event loop.
class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  Executor executor();
  void run();                             // returns when nothing is left to wait for, or after stop()
  void stop();                            // from any thread
  void post(std::function<void()> work);  // from any thread: runs `work` in the loop's thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs a task by itself. `failed` hears of a Failure, or of any other exception as ErrorKind::internal;
// without it the task must not throw.
void spawn(const Executor& executor, Task<void> task, std::function<void(const Error&)> failed);

// Runs `work` in the executor's thread, from any thread, never before it returns.
void post(const Executor& executor, std::function<void()> work);
// The same, but at once if the caller is in that thread. What one thread posts to itself may come after what
// others post later; where the order counts, this is the way.
void dispatch(const Executor& executor, std::function<void()> work);

Task<void> sleep(std::chrono::milliseconds time);

// Calls a function once after a time, in the executor's thread, unless it is destroyed before.
class Alarm {
 public:
  Alarm(const Executor& executor, std::chrono::milliseconds time, std::function<void()> ring);
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

Task<Executor> this_executor();

}  // namespace sallyport::net
