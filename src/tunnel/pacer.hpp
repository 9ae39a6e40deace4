// Gives a gateway the time it needs to take what it is sent. One that takes its datagrams one by one, out of
// a receive buffer of the system's size, loses what comes faster: ocserv 1.1.6 has room for 90, and lost
// every seventh of what a TCP connection with BBR sent. So behind a burst the rest waits here, in fair
// queues. How long is learnt: now and then a DPD request goes with a burst, and is answered, unless it was
// lost.
//
// Not for a gateway's peers: openconnect 9.01 gained nothing by it and took less, 1.6 Gbit/s instead of 1.8.
#pragma once

#include <memory>

#include "tunnel/flow_queue.hpp"

namespace sallyport::tunnel {

class Pacer {
 public:
  using Duration = std::chrono::nanoseconds;

  // Datagrams that go at once. A super-packet goes as a whole, so that there may be 63 more.
  static constexpr int burst = 36;
  // The time for each datagram. To each burst the kernel adds its timer slack, of 50 µs mostly.
  static constexpr Duration shortest{1000};
  static constexpr Duration initial{5000};
  static constexpr Duration longest{16000};

  // A datagram is on its way.
  void sent(proto::Time now);
  // A burst is out, and its time is not over before taken_at().
  bool is_ahead(proto::Time now) const { return is_ahead_ && now < taken_at_; }
  proto::Time taken_at() const { return taken_at_; }
  Duration time_for_each() const { return time_for_each_; }

  // Is a request to go behind the datagram that was just sent, as long as that? Then it goes.
  bool asks(proto::Time now);
  void answered(proto::Time now);

  // --- what waits

  bool has_waiting() const { return waiting_ && !waiting_->empty(); }
  bool must_wait(proto::Time now) const { return has_waiting() || is_ahead(now); }
  FlowQueue& waiting();
  // Gives memory back that is not in use.
  void rest();

 private:
  Duration time_for_each_ = initial;
  proto::Time taken_at_;
  bool is_ahead_ = false;
  std::unique_ptr<FlowQueue> waiting_;

  int sent_ = 0;  // since the last request
  bool unanswered_ = false;
  proto::Time asked_at_;
  Duration patience_ = std::chrono::seconds(1);  // after which a request counts as lost
};

}  // namespace sallyport::tunnel
