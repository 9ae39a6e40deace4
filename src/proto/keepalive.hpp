// Is the peer still there, and is it time to say that we are (phases 5 and 6)? One value per channel, at
// either end; the caller owns the clock and the socket.
#pragma once

#include <chrono>
#include <cstdint>

#include "proto/time.hpp"

namespace sallyport::proto {

class Keepalive {
 public:
  enum class Action : std::uint8_t { none, keepalive, probe, give_up };

  // All 0: off.
  struct Rule {
    Duration probe_after{0};  // silence of the peer until the first DPD request
    Duration probe_every{0};  // ... and between the next ones
    Duration dead_after{0};   // ... until it is taken for dead
    Duration send_within{0};  // our own silence until a keepalive frame

    // Probes after one DPD interval, gives up after two. Something is sent in each DPD interval in any case:
    // anylink drops a client that is silent for longer.
    static Rule client(std::chrono::seconds dpd, std::chrono::seconds keepalive);
    // Leaves the probing to the client: probes after two intervals, gives up after three. Keepalives are
    // the client's business alone.
    static Rule gateway(std::chrono::seconds dpd);
  };

  Keepalive(Rule rule, Time now) : rule_(rule), last_heard_(now), last_sent_(now), last_probe_(now) {}

  void heard(Time now) { last_heard_ = now; }  // any frame
  void sent(Time now) { last_sent_ = now; }    // any frame

  // What to do now. What it asks to be sent counts as sent.
  Action due(Time now);
  // Before this time due() answers none, if nothing is heard or sent meanwhile. Time::max(): never.
  Time next() const;

 private:
  bool probes() const { return rule_.dead_after > Duration(0); }
  Time next_probe() const;

  Rule rule_;
  Time last_heard_;
  Time last_sent_;
  Time last_probe_;
};

}  // namespace sallyport::proto
