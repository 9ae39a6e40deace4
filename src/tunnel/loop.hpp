// What runs in the worker's thread: waits for commands, packets, peers and deadlines, and gives each its
// share of a turn, so that none keeps the others waiting.
#pragma once

#include <functional>

#include "tunnel/command_queue.hpp"
#include "tunnel/dtls_port.hpp"
#include "tunnel/from_peers.hpp"
#include "tunnel/moderation.hpp"
#include "tunnel/poller.hpp"
#include "tunnel/to_peers.hpp"
#include "tunnel/tun_queue.hpp"
#include "tunnel/tunnels.hpp"
#include "tunnel/worker.hpp"

namespace sallyport::tunnel {

class Loop {
 public:
  Loop(Poller poller, TunQueue tun, Offloads offloads, std::optional<DtlsShared> dtls,
       std::function<void(Event)> tell, CommandQueue& commands, Place place);

  Result<void> watch_sources();  // before run()
  void run();                    // until the commands are closed; lets nothing be thrown out

 private:
  struct UdpSocket {
    bool readable = false;  // in this turn
    bool awaited = false;   // it was full: its room is awaited
  };

  void turn();
  std::span<const epoll_event> wait();
  void take_commands();
  void obey(Attach&& attach);
  void obey(OfferDtls&& offer);
  void obey(const SetMtu& command);
  void obey(const End& end);
  void obey(UseKeeper&& command);
  void obey(const AskTotals& ask);
  void obey(HandedPacket&& packet);
  void obey(HandedDatagrams&& datagrams);

  void serve(Tunnel& tunnel, bool writable);
  void read_tun();
  void watch_full_sockets();
  void meet_deadlines();
  void meet_deadline(Tunnel& tunnel);
  bool renew_keys(Tunnel& tunnel);
  void renew_dtls_keys(Tunnel& tunnel);
  void end(Tunnel& tunnel, Ending ending);
  void leave();
  proto::Time next_deadline() const;
  Features features() const;
  UdpSocket* udp_socket(void* name);  // nullptr: it is none

  // What private keys have to do for this thread's tunnels.
  struct Keeper {
    explicit Keeper(std::unique_ptr<tls::KeyTransport> given) : way(std::move(given)) {}
    std::unique_ptr<tls::KeyTransport> way;
    tls::RemoteKeys keys{*way};
    tls::RemoteKeys::InThread in_thread{keys};
  };

  Poller poller_;
  std::function<void(Event)> tell_;
  CommandQueue& commands_;
  Place place_;
  TunQueue tun_;
  std::unique_ptr<DtlsPort> dtls_;  // before the tunnels, whose associations use it; null: no DTLS
  Tunnels tunnels_;
  ToPeers to_peers_;
  FromPeers from_peers_;
  TunOffload tun_offload_;
  std::unique_ptr<Keeper> keeper_;  // made and destroyed in the worker's thread

  std::vector<UdpSocket> udp_;                  // as the poller names them
  proto::Time now_;                             // of this turn
  proto::Time tun_retry_ = proto::Time::max();  // the interface failed: when to look again
  Moderation moderation_;
  RateLimit complaints_;
  bool closed_ = false;
};

}  // namespace sallyport::tunnel
