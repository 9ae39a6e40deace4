#include "tunnel/send_buffer.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::tunnel {

namespace {

using std::chrono::duration;
constexpr duration<double> wanted = std::chrono::milliseconds(2);

}  // namespace

void SendBuffer::is_full(std::size_t held, proto::Time now) {
  if (full_since_) return;
  full_since_ = now;
  held_ = held;
}

std::optional<std::size_t> SendBuffer::has_room(std::size_t left, proto::Time now) {
  if (!full_since_) return std::nullopt;
  const duration<double> took = now - *std::exchange(full_since_, std::nullopt);
  auto size = size_;
  if (left == 0) {
    size *= 2;  // it stood empty meanwhile: we came too late
  } else if (left < held_ && took.count() > 0) {
    const double in_time = static_cast<double>(held_ - left) * (wanted / took) / 2;
    size = static_cast<std::size_t>(std::min(in_time, 2.0 * static_cast<double>(size_)));
    size = (size_ + size) / 2;  // one observation may be off
  }
  size = std::clamp(size, smallest, largest);
  if (size == size_) return std::nullopt;
  return size_ = size;
}

}  // namespace sallyport::tunnel
