// When a tunnel is built again: what has happened goes in, the next thing to do comes out. The states are a
// tunnel that works or is lost, and a try to build a new one that is under way or waits for its time; while
// the old tunnel works, a try that fails costs nothing. Pure; client/tunnel_life.cpp obeys it.
#pragma once

#include <chrono>

#include "proto/reconnect_schedule.hpp"
#include "proto/time.hpp"

namespace sallyport::client {

class ReconnectPlan {
 public:
  // `budget`: for how long a lost tunnel is tried to be built again.
  explicit ReconnectPlan(std::chrono::seconds budget) : budget_(budget), schedule_({}, budget) {}

  enum class Next {
    nothing,
    try_now,  // one that is under way goes on no longer
    wait,     // until next_try()
    give_up,
  };

  // The tunnel works no longer. At once, unless it has just been built: two clients with one token would take
  // it from each other without end.
  Next lost(proto::Time now);
  // Why a new tunnel is wanted though the old one works, or, with the last two, before its time has come.
  enum class Cause { keys, user, network };
  Next want(Cause cause, proto::Time now);
  Next failed(proto::Time now);  // the try
  Next due(proto::Time now);     // whether its time has come
  // The try succeeded. True: the network changed during it, so the new tunnel may go the old way.
  bool built(proto::Time now);

  bool is_up() const { return up_; }
  bool is_trying() const { return trying_; }
  Cause cause() const { return cause_; }  // of the try, while the tunnel works
  proto::Time next_try() const { return next_; }

 private:
  Next begin(proto::Time now);
  Next wait_until(proto::Time time);
  Next at_the_networks_pace(proto::Time now);

  std::chrono::seconds budget_;
  proto::ReconnectSchedule schedule_;  // since the tunnel was lost
  bool up_ = true;
  bool trying_ = false;
  bool renewal_ = false;                    // keys or network want a new tunnel, until there is one
  bool again_ = false;                      // the network changed during the try
  Cause cause_ = Cause::user;               // of the try, while the tunnel works
  proto::Time next_ = proto::Time::max();   // when to try
  proto::Time began_ = proto::Time::min();  // the last try, unless it succeeded
  bool began_up_ = false;                   // ... while the tunnel worked, whose end may be its doing
  proto::Time built_ = proto::Time::min();  // this tunnel, unless it is the run's first
  bool replaced_good_ = false;              // ... and took a good one's place: that was no fight
  int short_lives_ = 0;                     // of the tunnels before it, in a row
};

}  // namespace sallyport::client
