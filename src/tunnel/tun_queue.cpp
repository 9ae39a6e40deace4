#include "tunnel/tun_queue.hpp"

#include <array>
#include <cerrno>

#include <sys/uio.h>
#include <unistd.h>

#include "base/log.hpp"

namespace sallyport::tunnel {

namespace {

constexpr std::size_t largest_packet = 65535;
constexpr std::size_t most_parts = 64;

iovec part_of(ByteView bytes) {
  return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

TunQueue::TunQueue(Descriptor descriptor, bool has_vnet_header)
    : descriptor_(std::move(descriptor)),
      has_vnet_header_(has_vnet_header),
      buffer_(headroom + largest_packet),
      complaints_(std::chrono::seconds(1), 1) {}

std::optional<TunQueue::Packet> TunQueue::read(proto::Time now) {
  // The header is read into the room before the packet.
  const std::size_t before = has_vnet_header_ ? proto::vnet_header_size : 0;
  const auto room = buffer_.bytes().subspan(headroom - before);
  const auto size = ::read(descriptor_.number(), room.data(), room.size());
  if (size > static_cast<ssize_t>(before)) {
    const auto whole = room.first(static_cast<std::size_t>(size));
    return Packet{whole.subspan(before), before != 0 ? proto::VnetHeader::from(whole) : proto::VnetHeader()};
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Packet{};
  complain("cannot read from the tunnel interface", size < 0 ? errno : 0, now);
  return std::nullopt;
}

std::optional<Drop> TunQueue::write(ByteView packet, proto::Time now) {
  const MutableByteView only(const_cast<std::uint8_t*>(packet.data()), packet.size());
  return write({}, {&only, 1}, now);
}

std::optional<Drop> TunQueue::write(const proto::VnetHeader& header, std::span<const MutableByteView> parts,
                                    proto::Time now) {
  const auto vnet = header.bytes();
  std::array<iovec, 1 + most_parts> all;
  std::size_t count = 0;
  if (has_vnet_header_) all[count++] = part_of(vnet);
  for (const auto& part : parts.first(std::min(parts.size(), most_parts))) all[count++] = part_of(part);
  if (::writev(descriptor_.number(), all.data(), static_cast<int>(count)) >= 0) return std::nullopt;
  return judge(errno, now);
}

std::optional<Drop> TunQueue::judge(int error, proto::Time now) {
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case EINTR:
      return Drop::tun_full;
    case EINVAL:  // the kernel's own check
      return Drop::not_ip;
    default:
      complain("cannot write to the tunnel interface", error, now);
      return Drop::tun_full;
  }
}

void TunQueue::complain(const char* what, int error, proto::Time now) {
  if (!complaints_.allow(now)) return;
  log::warning(error != 0 ? fail_errno(what, error).value().text : std::string(what) + ": it is gone");
}

}  // namespace sallyport::tunnel
