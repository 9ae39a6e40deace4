// Whole messages with descriptors between our own processes: a SOCK_SEQPACKET pair, one message a datagram.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"

namespace sallyport::sys {

inline constexpr std::size_t max_message_size = 64U << 10;
inline constexpr std::size_t max_message_descriptors = 200;  // the kernel's SCM_MAX_FD is 253

struct Message {
  Bytes bytes;
  std::vector<Descriptor> descriptors;
};

// Both ends close-on-exec and blocking.
Result<std::pair<Descriptor, Descriptor>> message_pair();

Result<void> set_non_blocking(int descriptor);

// unavailable: a non-blocking socket is full; closed: the other end is gone.
Result<void> send_message(int socket, ByteView bytes, std::span<const int> descriptors = {});

// closed: the other end is gone; unavailable: nothing there (non-blocking); malformed: larger than the limit.
Result<Message> receive_message(int socket);

}  // namespace sallyport::sys
