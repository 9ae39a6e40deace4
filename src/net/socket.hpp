// A non-blocking descriptor that coroutines wait for: until it is readable or writable, until somebody wakes
// the waiter, or until the deadline has passed.
#pragma once

#include <chrono>
#include <memory>

#include "base/descriptor.hpp"
#include "net/task.hpp"

namespace sallyport::net {

class Socket {
 public:
  // Takes any descriptor that epoll takes: TCP, unix, message sockets.
  Socket(const Executor& executor, Descriptor descriptor);
  Socket(Socket&&) noexcept = default;
  Socket& operator=(Socket&&) noexcept = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  int number() const;
  bool is_open() const;

  // Each throws Failure: timeout when the deadline passes first, closed after abort() or close().
  Task<void> readable();
  Task<void> writable();

  // A wait that ends with wake(), from the same thread. wake() before until_woken() counts.
  Task<void> until_woken();
  std::function<void()> waker();  // stays safe to call when the socket is gone

  // All waits together must end within `time` from now; each call starts anew.
  void expires_after(std::chrono::milliseconds time);
  void never_expires();

  // Ends all waits, now and later, with Failure closed; the peer sees the end. The descriptor's number stays
  // taken until close(), so that whoever still holds it can't write into somebody else's connection.
  void abort();
  void close();
  Descriptor release();  // hands the descriptor over; the socket is closed without closing it

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sallyport::net
