// The worker's tunnels: who they are, which packets are theirs, when to look at them next. What has ended is
// out of every index at once, but stays in memory until the end of the turn, because a batch of events may
// still name it.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tls/batched_output.hpp"
#include "tunnel/routes.hpp"
#include "tunnel/switchboard.hpp"
#include "tunnel/tunnel.hpp"

namespace sallyport::tunnel {

// To be served without waiting for an event: epoll does not see what OpenSSL has buffered.
class Agenda {
 public:
  void add(Tunnel& tunnel) {
    if (!std::exchange(tunnel.on_agenda, true)) tunnels_.push_back(&tunnel);
  }
  std::vector<Tunnel*> take() {
    for (Tunnel* tunnel : tunnels_) tunnel->on_agenda = false;
    return std::exchange(tunnels_, {});
  }
  void forget_ended() {
    std::erase_if(tunnels_, [](const Tunnel* tunnel) { return tunnel->over; });
  }
  bool empty() const { return tunnels_.empty(); }

 private:
  std::vector<Tunnel*> tunnels_;
};

class Tunnels {
 public:
  explicit Tunnels(Place place = {}) : place_(std::move(place)) {}

  Tunnel& add(Attach attach, proto::Time now);  // its session must not have one
  Tunnel* find(std::uint64_t session) const;
  void stop_routing(Tunnel& tunnel);
  // The tunnel is looked at by then, at the latest.
  void wake_by(Tunnel& tunnel, proto::Time time) {
    if (time < tunnel.deadline->first) deadlines.move(tunnel.deadline, time);
  }
  void remove(Tunnel& tunnel);
  void bury();

  std::vector<Tunnel*> all() const;
  std::vector<TunnelTotals> totals() const;

  Routes routes;
  Deadlines deadlines;
  Agenda agenda;

 private:
  Place place_;
  tls::OutputBuffers buffers_;  // before the tunnels, which use it
  std::unordered_map<std::uint64_t, std::unique_ptr<Tunnel>> by_session_;
  std::vector<std::unique_ptr<Tunnel>> ended_;
};

}  // namespace sallyport::tunnel
