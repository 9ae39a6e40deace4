// Tells when the machine's network changes: a cable, a Wi-Fi. A NetworkChanged in the tunnel's row stands for
// all that happened within a moment.
#pragma once

#include <optional>

#include "client/tunnel.hpp"
#include "net/socket.hpp"

namespace sallyport::client {

class NetworkWatch {
 public:
  explicit NetworkWatch(Tunnel& tunnel) : tunnel_(tunnel) {}

  // Changes that the front and the user's script make are not told: look_away() before, look_again() after.
  // What changes by itself meanwhile need not be told either, since whoever looks away is about to try.
  void look_away();
  void look_again();

  // Throws Failure if the machine's network can't be watched, or not any more.
  net::Task<void> run();

 private:
  std::optional<net::Socket> events_;
  Tunnel& tunnel_;
  int away_ = 0;
  std::uint64_t looks_ = 0;
};

}  // namespace sallyport::client
