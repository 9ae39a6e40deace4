#include "sys/udp_batch.hpp"

#include <algorithm>
#include <cerrno>

#include "base/socket_address.hpp"
#include "sys/udp_control.hpp"

namespace sallyport::sys {

namespace {

constexpr std::size_t receive_slots = UdpReceiveBatch::most;
constexpr std::size_t send_slots = 64;
constexpr std::size_t largest_burst = 65536;

}  // namespace

bool merge_arriving(const UdpSocket& socket) {
  const int on = 1;
  return ::setsockopt(socket.number(), IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0;
}

bool can_send_merged(const UdpSocket& socket) {
  int size = 0;
  socklen_t room = sizeof size;
  return ::getsockopt(socket.number(), IPPROTO_UDP, UDP_SEGMENT, &size, &room) == 0;
}

// --- receiving

struct UdpReceiveBatch::Slots {
  struct Slot {
    sockaddr_storage from{};
    UdpControl control;
    iovec part{};
  };
  // Not touched before something is received there.
  std::unique_ptr<std::uint8_t[]> memory{new std::uint8_t[receive_slots * largest_burst]};
  std::array<Slot, receive_slots> slots;
  std::array<mmsghdr, receive_slots> messages{};
  std::size_t used = receive_slots;  // by the last call: those are to be made ready again

  void make_ready();
};

// Only what was used: mostly one comes at a time, and the others are in no cache.
void UdpReceiveBatch::Slots::make_ready() {
  for (std::size_t i = 0; i < used; ++i) {
    auto& slot = slots[i];
    slot.part = {memory.get() + i * largest_burst, largest_burst};
    auto& message = messages[i].msg_hdr;
    message = {};
    message.msg_name = &slot.from;
    message.msg_namelen = sizeof slot.from;
    message.msg_iov = &slot.part;
    message.msg_iovlen = 1;
    message.msg_control = slot.control.bytes.data();
    message.msg_controllen = slot.control.bytes.size();
  }
  used = 0;
}

UdpReceiveBatch::UdpReceiveBatch() : slots_(std::make_unique<Slots>()) {
  bursts_.reserve(receive_slots);
}
UdpReceiveBatch::UdpReceiveBatch(UdpReceiveBatch&&) noexcept = default;
UdpReceiveBatch& UdpReceiveBatch::operator=(UdpReceiveBatch&&) noexcept = default;
UdpReceiveBatch::~UdpReceiveBatch() = default;

std::span<const UdpReceiveBatch::Burst> UdpReceiveBatch::receive(const UdpSocket& socket) {
  slots_->make_ready();
  auto& messages = slots_->messages;
  bursts_.clear();
  int count = -1;
  constexpr int tries = 16;  // each error is another peer's, and told once
  for (int i = 0; i < tries && count < 0; ++i) {
    count = ::recvmmsg(socket.number(), messages.data(), receive_slots, MSG_DONTWAIT, nullptr);
    if (count < 0 && errno == EAGAIN) break;
  }
  slots_->used = static_cast<std::size_t>(std::max(count, 1));  // an error may have touched the first
  for (int i = 0; i < count; ++i) {
    auto& message = messages[static_cast<std::size_t>(i)];
    auto& slot = slots_->slots[static_cast<std::size_t>(i)];
    const MutableByteView bytes(static_cast<std::uint8_t*>(slot.part.iov_base), message.msg_len);
    const auto merged = merged_size(message.msg_hdr);
    bursts_.push_back({bytes,
                       merged != 0 ? merged : bytes.size(),
                       {from_sockaddr(slot.from), local_address(message.msg_hdr)}});
  }
  return bursts_;
}

// --- sending

struct UdpSendBatch::Slots {
  struct Slot {
    sockaddr_storage to{};
    UdpControl control;
    iovec part{};
  };
  std::array<Slot, send_slots> slots;
  std::array<mmsghdr, send_slots> messages{};
};

UdpSendBatch::UdpSendBatch() : slots_(std::make_unique<Slots>()) {}
UdpSendBatch::~UdpSendBatch() = default;

UdpSendBatch::Sent UdpSendBatch::send(const UdpSocket& socket, std::span<const UdpBurst> bursts) {
  Sent sent;
  while (sent.bursts < bursts.size()) {
    const auto now = bursts.subspan(sent.bursts, std::min(send_slots, bursts.size() - sent.bursts));
    for (std::size_t i = 0; i < now.size(); ++i) {
      auto& slot = slots_->slots[i];
      const auto& burst = now[i];
      slot.part = {const_cast<std::uint8_t*>(burst.bytes.data()), burst.bytes.size()};
      auto& message = slots_->messages[i].msg_hdr;
      message = {};
      message.msg_name = &slot.to;
      message.msg_namelen = to_sockaddr(burst.path->peer, slot.to, socket.is_ipv6());
      message.msg_iov = &slot.part;
      message.msg_iovlen = 1;
      if (burst.path->local) put_local_address(message, slot.control, *burst.path->local, socket.is_ipv6());
      if (burst.bytes.size() > burst.datagram) {
        put_segment_size(message, slot.control, static_cast<std::uint16_t>(burst.datagram));
      }
    }
    const int count =
        ::sendmmsg(socket.number(), slots_->messages.data(), static_cast<unsigned>(now.size()), MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      sent.error = errno;
      return sent;
    }
    sent.bursts += static_cast<std::size_t>(count);
  }
  return sent;
}

}  // namespace sallyport::sys
