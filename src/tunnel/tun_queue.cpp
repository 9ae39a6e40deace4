#include "tunnel/tun_queue.hpp"

#include <cerrno>

#include <unistd.h>

#include "base/log.hpp"

namespace sallyport::tunnel {

TunQueue::TunQueue(Descriptor descriptor)
    : descriptor_(std::move(descriptor)), complaints_(std::chrono::seconds(1), 1) {}

std::optional<std::size_t> TunQueue::read(MutableByteView into, proto::Time now) {
  const auto size = ::read(descriptor_.number(), into.data(), into.size());
  if (size > 0) return static_cast<std::size_t>(size);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  complain("cannot read from the tunnel interface", size < 0 ? errno : 0, now);
  return std::nullopt;
}

std::optional<Drop> TunQueue::write(ByteView packet, proto::Time now) {
  if (::write(descriptor_.number(), packet.data(), packet.size()) >= 0) return std::nullopt;
  switch (errno) {
    case EAGAIN:
    case ENOBUFS:
    case EINTR:
      return Drop::tun_full;
    case EINVAL:  // the kernel's own check
      return Drop::not_ip;
    default:
      complain("cannot write to the tunnel interface", errno, now);
      return Drop::tun_full;
  }
}

void TunQueue::complain(const char* what, int error, proto::Time now) {
  if (!complaints_.allow(now)) return;
  log::warning(error != 0 ? fail_errno(what, error).value().text : std::string(what) + ": it is gone");
}

}  // namespace sallyport::tunnel
