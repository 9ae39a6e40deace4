// Whole CSTP frames that wait for a socket, one behind the other in one buffer; bounded in bytes and frames.
#pragma once

#include "base/bytes.hpp"

namespace sallyport::tunnel {

class FrameQueue {
 public:
  FrameQueue(std::size_t max_bytes, std::size_t max_frames)
      : max_bytes_(max_bytes), max_frames_(max_frames) {}

  bool push(ByteView frame);  // false: full, nothing was taken
  ByteView front() const;     // valid until the next push or pop
  void pop();
  void cut_to(std::size_t frames);  // keeps the first `frames` (0 or 1)

  bool empty() const { return frames_ == 0; }

 private:
  std::size_t waiting() const { return buffer_.size() - head_; }

  std::size_t max_bytes_;
  std::size_t max_frames_;
  Bytes buffer_;
  std::size_t head_ = 0;  // where the first frame begins
  std::size_t frames_ = 0;
};

}  // namespace sallyport::tunnel
