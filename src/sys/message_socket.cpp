#include "sys/message_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>

namespace sallyport::sys {

Result<std::pair<Descriptor, Descriptor>> message_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("cannot make a socket pair");
  }
  return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

Result<void> set_non_blocking(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) {
    return fail_errno("cannot make a descriptor non-blocking");
  }
  return {};
}

Result<void> send_message(int socket, ByteView bytes, std::span<const int> descriptors) {
  if (bytes.size() > max_message_size || descriptors.size() > max_message_descriptors) {
    return fail(ErrorKind::internal, "a message between processes is too large");
  }
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  std::vector<std::uint8_t> control;
  if (!descriptors.empty()) {
    control.resize(CMSG_SPACE(descriptors.size_bytes()));
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return fail(ErrorKind::unavailable, "the socket to another process is full");
    if (errno == EPIPE || errno == ECONNRESET) return fail(ErrorKind::closed, "the other process is gone");
    return fail_errno("cannot send to another process");
  }
  return {};
}

Result<Message> receive_message(int socket) {
  // One byte more than the limit, so that a message of exactly the limit is told from a larger one.
  Message message{Bytes(max_message_size + 1), {}};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(max_message_descriptors * sizeof(int))> control{};
  iovec part{message.bytes.data(), message.bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = 0;
  while ((size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return fail(ErrorKind::unavailable, "no message from another process");
    if (errno == ECONNRESET) return fail(ErrorKind::closed, "the other process is gone");
    return fail_errno("cannot receive from another process");
  }
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(item) + i * sizeof(int), sizeof number);
      message.descriptors.emplace_back(number);
    }
  }
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
      static_cast<std::size_t>(size) > max_message_size) {
    return fail(ErrorKind::malformed, "a message from another process is too large");
  }
  if (size == 0) return fail(ErrorKind::closed, "the other process is gone");
  message.bytes.resize(static_cast<std::size_t>(size));
  return message;
}

}  // namespace sallyport::sys
