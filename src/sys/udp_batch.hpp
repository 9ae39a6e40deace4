// Many datagrams with one system call, and one datagram header for many of one size: recvmmsg with UDP_GRO,
// sendmmsg with UDP_SEGMENT (udp(7)). For UdpSocket's descriptor.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sys/udp_socket.hpp"

namespace sallyport::sys {

// Asks the kernel to merge arriving datagrams of one sender and size. False: it can't.
bool merge_arriving(const UdpSocket& socket);
// May a datagram that is sent be a merged one? Some network cards find out only when they are to send it.
bool can_send_merged(const UdpSocket& socket);

class UdpReceiveBatch {
 public:
  static constexpr std::size_t most = 16;  // bursts at a time: less came, nothing more was there

  UdpReceiveBatch();
  UdpReceiveBatch(UdpReceiveBatch&&) noexcept;
  UdpReceiveBatch& operator=(UdpReceiveBatch&&) noexcept;
  ~UdpReceiveBatch();

  struct Burst {
    MutableByteView bytes;
    std::size_t datagram = 0;  // bytes of each in it; the last may have less
    UdpPath path;
  };
  // What is waiting, or a part of it; valid until the next call. Errors that others caused are passed over.
  std::span<const Burst> receive(const UdpSocket& socket);

 private:
  struct Slots;
  std::unique_ptr<Slots> slots_;
  std::vector<Burst> bursts_;
};

struct UdpBurst {
  ByteView bytes;            // at most 64 datagrams and 65,000 bytes
  std::size_t datagram = 0;  // bytes of each; the last may have less
  const UdpPath* path = nullptr;
};

class UdpSendBatch {
 public:
  UdpSendBatch();
  ~UdpSendBatch();

  struct Sent {
    std::size_t bursts = 0;
    int error = 0;  // errno of the first that was not sent; 0: all were
  };
  Sent send(const UdpSocket& socket, std::span<const UdpBurst> bursts);

 private:
  struct Slots;
  std::unique_ptr<Slots> slots_;
};

}  // namespace sallyport::sys
