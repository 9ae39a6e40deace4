// Records on their way to peers through one UDP socket: sealed one behind the other, sent together, those of
// one peer and size as one burst (UDP GSO). A socket that is full keeps what it has not taken.
#pragma once

#include <optional>
#include <vector>

#include "sys/udp_batch.hpp"
#include "tunnel/buffer.hpp"
#include "tunnel/send_buffer.hpp"

namespace sallyport::tunnel {

class Outbox {
 public:
  static constexpr std::size_t largest_burst = 65000;  // bytes; with IPv6's headers it must be below 64 KB

  Outbox(const sys::UdpSocket& socket, bool merges);

  // True: so many bytes find room, now or after a flush.
  bool has_room(std::size_t bytes);
  // Where the next record goes: at least as many bytes as has_room() was asked for.
  MutableByteView room() { return memory_.bytes().subspan(used_); }
  // A record of `size` bytes was put there, for this session's peer, with a packet of `packet` bytes in it.
  // At most `burst` bytes are merged.
  void add(std::size_t size, std::size_t packet, const sys::UdpPath& path, std::uint64_t session,
           std::size_t burst = largest_burst);

  void flush();
  bool is_blocked() const { return blocked_; }  // until flush() finds that it is not
  bool merges() const { return merges_; }

  struct Failure {
    std::uint64_t session = 0;
    int error = 0;          // errno
    std::size_t bytes = 0;  // of the packet that is lost
  };
  const std::vector<Failure>& failures() const { return failures_; }  // since they were forgotten
  void forget_failures() { failures_.clear(); }

 private:
  struct Burst {
    sys::UdpPath path;
    std::uint64_t session = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t datagram = 0;
    std::size_t count = 0;
    std::size_t overhead = 0;  // of each record
    bool closed = false;       // a shorter one was the last
  };

  bool extends(const Burst& last, std::size_t size, std::size_t overhead, const sys::UdpPath& path,
               std::uint64_t session, std::size_t burst) const;
  void note_full();
  void note_room();
  void take_failure(int error);
  void send_one_by_one(const Burst& burst);
  void fail(const Burst& burst, int error, std::size_t size);

  const sys::UdpSocket& socket_;
  sys::UdpSendBatch batch_;
  SendBuffer buffer_;
  Buffer memory_;
  std::size_t used_ = 0;
  std::vector<Burst> bursts_;
  std::size_t sent_ = 0;  // bursts
  std::vector<sys::UdpBurst> views_;
  std::vector<Failure> failures_;
  bool blocked_ = false;
  bool merges_;
};

}  // namespace sallyport::tunnel
