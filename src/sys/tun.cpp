#include "sys/tun.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/text.hpp"

namespace sallyport::sys {

namespace {

constexpr const char* device = "/dev/net/tun";
constexpr std::size_t max_queues = 256;  // the kernel's MAX_TAP_QUEUES

// What the kernel would refuse as well, but without saying why.
Result<void> check_name(const std::string& name) {
  if (name.size() >= IFNAMSIZ) {
    return fail(ErrorKind::malformed, "the interface name '" + escape_for_log(name) + "' is longer than " +
                                          std::to_string(IFNAMSIZ - 1) + " characters");
  }
  const auto fits = [](unsigned char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; };
  if (name == "." || name == ".." || !std::ranges::all_of(name, fits)) {
    return fail(ErrorKind::malformed, "'" + escape_for_log(name) + "' is no name for an interface");
  }
  return {};
}

Result<Descriptor> open_device() {
  Descriptor file(open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (file) return file;
  const int number = errno;
  if (number == ENOENT || number == ENODEV || number == ENXIO) {
    return fail(ErrorKind::unavailable,
                std::string("the kernel has no TUN interfaces: ") + device + " is missing (modprobe tun)");
  }
  if (number == EACCES || number == EPERM) {
    return fail(ErrorKind::denied, std::string("not permitted to open ") + device);
  }
  return fail_errno(std::string("cannot open ") + device, number);
}

tl::unexpected<Error> explain(const std::string& name, int number) {
  const auto what = "cannot make the interface " + (name.empty() ? "tun%d" : name);
  if (number == EBUSY || number == EINVAL) {
    return fail(ErrorKind::conflict, what + ": the name is taken by another interface");
  }
  if (number == EPERM || number == EACCES) return fail(ErrorKind::denied, what + ": only root may do that");
  return fail_errno(what, number);
}

#ifndef TUN_F_USO4  // Linux 6.2
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

// The kernel refuses a set with a bit that it does not know.
TunOffload set_offload(int queue) {
  constexpr unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  constexpr unsigned udp = TUN_F_USO4 | TUN_F_USO6;
  if (ioctl(queue, TUNSETOFFLOAD, tcp | udp) == 0) return TunOffload::tcp_and_udp;
  return ioctl(queue, TUNSETOFFLOAD, tcp) == 0 ? TunOffload::tcp : TunOffload::none;
}

// The kernel's 500 are over while another process has our processor for a millisecond. Where it can't be,
// packets get lost under load.
void lengthen_queue(const std::string& interface) {
  constexpr int packets = 1000;
  const Descriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_qlen = packets;
  std::memcpy(request.ifr_name, interface.data(), interface.size());
  (void)ioctl(any.number(), SIOCSIFTXQLEN, &request);
}

Result<Tun> try_to_open(const TunOptions& options) {
  Tun tun{options.name, {}};
  for (std::size_t i = 0; i < options.queues; ++i) {
    auto queue = TRY(open_device());
    ifreq request{};
    // Exclusive for the first: with a name that exists already it would be a queue of somebody else's.
    unsigned flags = IFF_TUN | IFF_NO_PI;
    if (options.offload) flags |= IFF_VNET_HDR;
    if (options.queues > 1) flags |= IFF_MULTI_QUEUE;
    if (i == 0) flags |= IFF_TUN_EXCL;
    request.ifr_flags = static_cast<short>(flags);
    std::memcpy(request.ifr_name, tun.name.data(), tun.name.size());
    if (ioctl(queue.number(), TUNSETIFF, &request) != 0) return explain(tun.name, errno);
    tun.name = request.ifr_name;
    // Else any user might open a further queue and get a share of the packets.
    if (i == 0 && ioctl(queue.number(), TUNSETOWNER, 0) != 0) {
      return fail_errno("cannot give the interface " + tun.name + " to root");
    }
    if (i == 0 && options.offload) tun.offload = set_offload(queue.number());
    tun.queues.push_back(std::move(queue));
  }
  lengthen_queue(tun.name);
  return tun;
}

}  // namespace

Result<Tun> open_tun(const TunOptions& options) {
  TRY(check_name(options.name));
  if (options.queues == 0 || options.queues > max_queues) {
    return fail(ErrorKind::malformed, "an interface has 1 to 256 queues");
  }
  auto tun = TRY(try_to_open(options));
  if (!options.offload || tun.offload != TunOffload::none) return tun;
  // A vnet header would be in front of each packet for nothing.
  auto plain = options;
  plain.offload = false;
  tun.queues.clear();
  return try_to_open(plain);
}

}  // namespace sallyport::sys
