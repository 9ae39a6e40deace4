// One thread of the data plane: carries inner packets between a TUN queue and its tunnels' peers. The gateway
// runs one or more for all sessions, the client one for its only tunnel.
#pragma once

#include <functional>
#include <memory>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/tun_offload.hpp"
#include "tunnel/messages.hpp"
#include "tunnel/switchboard.hpp"

namespace sallyport::tunnel {

// What the kernel does for many packets at once, as far as it can.
struct Offloads {
  TunOffload tun = TunOffload::none;  // as the interface was opened
  bool udp_gso = true;                // datagrams merged on their way, GRO with it
  bool coalesce_udp = true;           // UDP merged on its way to the kernel, as TCP is
};

struct WorkerSettings {
  Descriptor tun;               // a queue: non-blocking, IFF_NO_PI
  std::vector<Descriptor> udp;  // sockets for DTLS; none: TLS only
  bool gateway = true;          // takes hellos; else sends them
  Offloads offloads = {};
  Place place = {};  // among several workers of one interface
};

class Worker {
 public:
  // Starts the thread. `tell` is called in it: it must not block, nor end the worker.
  static Result<std::unique_ptr<Worker>> start(WorkerSettings settings, std::function<void(Event)> tell);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();  // ends the thread; tunnels that are left are closed without a word but DTLS's goodbye

  void post(Command command);  // from any thread; in order

 private:
  class Thread;
  explicit Worker(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace sallyport::tunnel
