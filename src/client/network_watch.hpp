// Tells when the machine's network changes: a cable, a Wi-Fi, the way back from sleep. A NetworkChanged in
// the tunnel's row stands for all that happened within a moment.
#pragma once

#include "client/tunnel.hpp"
#include "net/socket.hpp"

namespace sallyport::client {

class NetworkWatch {
 public:
  static Result<Descriptor> open();  // what it reads from
  NetworkWatch(const net::Executor& executor, Descriptor events, Tunnel& tunnel);

  // Changes that the front and the user's script make are not told: look_away() before, look_again() after.
  // What changes by itself meanwhile need not be told either, since whoever looks away is about to try.
  void look_away();
  void look_again();

  // Throws Failure if the machine's network can't be watched any more.
  net::Task<void> run();

 private:
  net::Socket events_;
  Tunnel& tunnel_;
  int away_ = 0;
  std::uint64_t looks_ = 0;
};

}  // namespace sallyport::client
