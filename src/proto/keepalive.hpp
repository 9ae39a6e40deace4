// Is the peer still there, and is it time to say that we are (phases 5 and 6)? One value per channel, at
// either end; the caller owns the clock and the socket.
#pragma once

#include <chrono>
#include <cstdint>

#include "proto/time.hpp"

namespace sallyport::proto {

class Keepalive {
 public:
  enum class Action : std::uint8_t {
    none,
    keepalive,
    probe,
    unanswered,  // once: data has had no answer for too long
    give_up,     // the peer is taken for dead
  };

  // All 0: off.
  struct Rule {
    Duration probe_after{0};  // silence of the peer until the first DPD request
    Duration probe_every{0};  // ... and between the next ones
    Duration dead_after{0};   // ... until it is taken for dead
    Duration send_within{0};  // our own silence until a keepalive frame
    // DTLS: data that is followed by silence is asked after without waiting for the DPD interval, since what
    // is lost meanwhile could go over TLS. Counted from the first data since the peer was heard.
    Duration unanswered_probe_after{0};
    Duration unanswered_probe_every{0};
    Duration unanswered_limit{0};

    // Probes after one DPD interval, gives up after two. Something is sent in each DPD interval in any case:
    // anylink drops a client that is silent for longer.
    static Rule client(std::chrono::seconds dpd, std::chrono::seconds keepalive);
    // Leaves the probing to the client: probes after two intervals, gives up after three. Keepalives are
    // the client's business alone.
    static Rule gateway(std::chrono::seconds dpd);
    // The same for DTLS.
    Rule for_datagrams() const;
  };

  Keepalive(Rule rule, Time now) : rule_(rule), last_heard_(now), last_sent_(now), last_probe_(now) {}

  void heard(Time now) {  // any frame
    last_heard_ = now;
    unanswered_since_ = Time::max();
  }
  Time last_heard() const { return last_heard_; }
  void sent(Time now) { last_sent_ = now; }  // any frame
  // True: the first since the peer was heard, so that next() may be earlier than before.
  bool sent_data(Time now) {
    last_sent_ = now;
    const bool first = unanswered_since_ == Time::max();
    if (first) unanswered_since_ = now;
    return first;
  }

  // What to do now. What it asks to be sent counts as sent.
  Action due(Time now);
  // Before this time due() answers none, if nothing is heard or sent meanwhile. Time::max(): never.
  Time next() const;

 private:
  bool probes() const { return rule_.dead_after > Duration(0); }
  bool waits_for_answer() const;
  Time dead_at() const;
  Time unanswered_at() const;
  Time next_probe() const;

  Rule rule_;
  Time last_heard_;
  Time last_sent_;
  Time last_probe_;
  Time unanswered_since_ = Time::max();
};

}  // namespace sallyport::proto
