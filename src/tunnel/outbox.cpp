#include "tunnel/outbox.hpp"

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"

namespace sallyport::tunnel {

namespace {

constexpr std::size_t capacity = 256 << 10;
constexpr std::size_t most_in_burst = 64;  // UDP_MAX_SEGMENTS of older kernels
constexpr std::size_t most_bursts = 64;

}  // namespace

Outbox::Outbox(const sys::UdpSocket& socket, bool merges)
    : socket_(socket), memory_(capacity), merges_(merges && sys::can_send_merged(socket)) {
  bursts_.reserve(most_bursts);
}

bool Outbox::has_room(std::size_t bytes) {
  if (used_ + bytes <= capacity && bursts_.size() < most_bursts) return true;
  flush();
  return !blocked_ && bytes <= capacity;
}

bool Outbox::extends(const Burst& last, std::size_t size, std::size_t overhead, const sys::UdpPath& path,
                     std::uint64_t session, std::size_t burst) const {
  return merges_ && !last.closed && size <= last.datagram && last.count < most_in_burst &&
         last.size + size <= burst && last.overhead == overhead && last.session == session &&
         last.path == path;
}

void Outbox::add(std::size_t size, std::size_t packet, const sys::UdpPath& path, std::uint64_t session,
                 std::size_t burst) {
  const auto overhead = size - packet;
  if (bursts_.size() == sent_ || !extends(bursts_.back(), size, overhead, path, session, burst)) {
    bursts_.push_back({path, session, used_, 0, size, 0, overhead, false});
  }
  auto& last = bursts_.back();
  last.size += size;
  ++last.count;
  last.closed = size < last.datagram;
  used_ += size;
}

void Outbox::flush() {
  if (std::exchange(blocked_, false)) note_room();
  while (sent_ < bursts_.size()) {
    views_.clear();
    for (std::size_t i = sent_; i < bursts_.size(); ++i) {
      const auto& burst = bursts_[i];
      views_.push_back(
          {ByteView(memory_.bytes()).subspan(burst.begin, burst.size), burst.datagram, &burst.path});
    }
    const auto sent = batch_.send(socket_, views_);
    sent_ += sent.bursts;
    if (sent.error == EAGAIN) {
      note_full();
      return;
    }
    if (sent.error != 0) take_failure(sent.error);
  }
  bursts_.clear();
  sent_ = 0;
  used_ = 0;
}

void Outbox::note_full() {
  blocked_ = true;
  buffer_.is_full(socket_.held(), proto::Time::clock::now());
}

void Outbox::note_room() {
  if (const auto size = buffer_.has_room(socket_.held(), proto::Time::clock::now()))
    socket_.limit_held(*size);
}

// The next burst was refused. Merged it may be too long for the path, or for a network card that can't cut
// it, where single ones are not.
void Outbox::take_failure(int error) {
  const auto& burst = bursts_[sent_++];
  if (burst.count == 1) return fail(burst, error, burst.size);
  if (merges_ && (error == EIO || error == EOPNOTSUPP)) {
    log::warning("a network card can't cut merged datagrams: they go one by one");
    merges_ = false;
  }
  send_one_by_one(burst);
}

void Outbox::send_one_by_one(const Burst& burst) {
  auto rest = ByteView(memory_.bytes()).subspan(burst.begin, burst.size);
  while (!rest.empty()) {
    const auto datagram = rest.first(std::min(rest.size(), burst.datagram));
    rest = rest.subspan(datagram.size());
    if (const int error = socket_.send(datagram, burst.path); error != 0) fail(burst, error, datagram.size());
  }
}

void Outbox::fail(const Burst& burst, int error, std::size_t size) {
  failures_.push_back({burst.session, error, size - burst.overhead});
}

}  // namespace sallyport::tunnel
