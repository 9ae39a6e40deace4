// Small packets at a steady rate, and how many of them arrive: for the benchmark's rows about packets.
//
//   packets send ADDRESS PORT SIZE RATE SECONDS    prints how many were sent
//   packets receive ADDRESS PORT                   until SIGTERM; prints how many came
//
// SIZE counts the IP header. A socket that is full is waited for: then the sender falls behind its rate, and
// says so by what it prints.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace {

using Clock = std::chrono::steady_clock;

constexpr int batch = 64;
constexpr int headers = 28;              // IPv4 and UDP
constexpr int receive_buffer = 8 << 20;  // so that nothing is lost here
constexpr auto pause = std::chrono::microseconds(200);

volatile std::sig_atomic_t ended = 0;

int fail(const char* what) {
  std::fprintf(stderr, "packets: %s: %s\n", what, std::strerror(errno));
  return 1;
}

sockaddr_in address_of(const char* text, const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) errno = EINVAL;
  return address;
}

struct Batch {
  explicit Batch(std::size_t size) : payload(size) {
    part = {payload.data(), payload.size()};
    for (auto& message : messages) {
      message.msg_hdr.msg_iov = &part;
      message.msg_hdr.msg_iovlen = 1;
    }
  }
  std::vector<char> payload;
  iovec part{};
  std::array<mmsghdr, batch> messages{};
};

int send(int socket, std::size_t size, double rate, double seconds) {
  Batch out(size - headers);
  const auto begin = Clock::now();
  std::uint64_t sent = 0;
  for (;;) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (elapsed >= seconds) break;
    const auto due = static_cast<std::uint64_t>(elapsed * rate);
    if (due <= sent) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    const auto count = std::min<std::uint64_t>(due - sent, batch);
    const int done = sendmmsg(socket, out.messages.data(), static_cast<unsigned>(count), 0);
    if (done > 0) sent += static_cast<std::uint64_t>(done);
    if (done < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR && errno != ECONNREFUSED) {
      return fail("sendmmsg");
    }
  }
  std::printf("%llu\n", static_cast<unsigned long long>(sent));
  return 0;
}

// The kernel may give many datagrams of one size as one.
std::uint64_t datagrams_in(mmsghdr& message) {
  for (auto* each = CMSG_FIRSTHDR(&message.msg_hdr); each != nullptr;
       each = CMSG_NXTHDR(&message.msg_hdr, each)) {
    if (each->cmsg_level != IPPROTO_UDP || each->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(each), sizeof size);
    const auto each_size = static_cast<unsigned>(size);
    return (message.msg_len + each_size - 1) / each_size;
  }
  return 1;
}

int receive(int socket) {
  setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer);
  const int on = 1;
  setsockopt(socket, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
  const timeval limit{.tv_sec = 0, .tv_usec = 100'000};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  Batch in(1 << 16);
  std::array<std::array<char, CMSG_SPACE(sizeof(int))>, batch> control{};
  std::uint64_t received = 0;
  while (ended == 0) {
    for (int i = 0; i < batch; ++i) {
      in.messages[i].msg_hdr.msg_control = control[i].data();
      in.messages[i].msg_hdr.msg_controllen = control[i].size();
    }
    const int done = recvmmsg(socket, in.messages.data(), batch, MSG_WAITFORONE, nullptr);
    for (int i = 0; i < done; ++i) received += datagrams_in(in.messages[i]);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(received));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view mode = count > 1 ? words[1] : "";
  const bool sends = mode == "send" && count == 7;
  if (!sends && !(mode == "receive" && count == 4)) {
    std::fprintf(stderr, "packets send ADDRESS PORT SIZE RATE SECONDS | packets receive ADDRESS PORT\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { ended = 1; });
  const auto address = address_of(words[2], words[3]);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (socket < 0) return fail("socket");
  if (sends) {
    if (connect(socket, plain, sizeof address) != 0) return fail("connect");
    const auto size = static_cast<std::size_t>(std::atoi(words[4]));
    if (size <= headers) return fail("SIZE is too small");
    return send(socket, size, std::atof(words[5]), std::atof(words[6]));
  }
  if (bind(socket, plain, sizeof address) != 0) return fail("bind");
  return receive(socket);
}
