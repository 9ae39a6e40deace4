#include "tunnel/frame_queue.hpp"

#include "proto/cstp_frame.hpp"

namespace sallyport::tunnel {

bool FrameQueue::push(ByteView frame) {
  if (frames_ >= max_frames_ || waiting() + frame.size() > max_bytes_) return false;
  if (buffer_.size() + frame.size() > max_bytes_) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  buffer_.insert(buffer_.end(), frame.begin(), frame.end());
  ++frames_;
  return true;
}

ByteView FrameQueue::front() const {
  const auto rest = ByteView(buffer_).subspan(head_);
  const std::size_t payload = static_cast<std::size_t>(rest[4]) << 8 | rest[5];
  return rest.first(proto::cstp_header_size + payload);
}

void FrameQueue::pop() {
  head_ += front().size();
  if (--frames_ == 0) cut_to(0);
}

void FrameQueue::cut_to(std::size_t frames) {
  if (frames != 0 && frames_ != 0) {
    buffer_.resize(head_ + front().size());
    frames_ = 1;
    return;
  }
  // Thousands of tunnels were full once and are idle now: the memory goes back.
  Bytes().swap(buffer_);
  head_ = 0;
  frames_ = 0;
}

}  // namespace sallyport::tunnel
