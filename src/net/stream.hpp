// A byte stream as coroutines see it: TLS, a unix socket, or memory in a test.
#pragma once

#include <chrono>

#include "base/bytes.hpp"
#include "net/task.hpp"

namespace sallyport::net {

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // At least one byte, or 0 at the orderly end. Throws Failure (closed, timeout, internal).
  virtual Task<std::size_t> read_some(MutableByteView into) = 0;
  // All of it. Throws Failure.
  virtual Task<void> write(ByteView bytes) = 0;
  // Reads and writes together must end within `time` from now; each call starts anew.
  virtual void expires_after(std::chrono::milliseconds time) = 0;
  // Says goodbye where the stream has a way to, without waiting for an answer, and closes.
  virtual Task<void> close() = 0;
};

}  // namespace sallyport::net
