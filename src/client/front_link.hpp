// The connection's seam to the front: what only that part may do (the user's files, the machine's network) is
// asked for here, and the user's wishes come in here. Used by all phases.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "net/signal.hpp"
#include "net/socket.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {

// The machine is set up for the tunnel.
struct HostInterface {
  std::string name;
  Descriptor tun;
  TunOffload offload = TunOffload::none;
};

class FrontLink {
 public:
  // Waits for the first message, on a channel that still blocks, and sorts the descriptors beside it.
  struct Start {
    proto::ConnectionStart message;
    std::vector<Descriptor> files;
    std::vector<Descriptor> profiles;  // empty, unless the message says that they come along
  };
  static Result<Start> receive_start(const Descriptor& channel);

  // `on_wish` hears the user's wishes until listen() takes another function.
  FrontLink(const net::Executor& executor, Descriptor channel);

  using OnWish = std::function<void(proto::UserWish)>;
  void listen(OnWish on_wish) { on_wish_ = std::move(on_wish); }

  // Reads what the front says until it is gone. Throws Failure, always.
  net::Task<void> run();

  // The user's lifted blocks, for the file. Throws Failure.
  void store_trust(const std::string& trust);
  // A client profile, for the user's folder. Throws Failure with the front's words.
  net::Task<void> store_profile(std::string name, std::string content);
  // For the user's preferences. Throws Failure.
  void remember(proto::Remember known);
  void tell_that_the_tunnel_stands();
  // For the token's file, if it came from one. Throws Failure.
  void advance_token(std::uint64_t counter);
  // Sets the machine up, the first time with a new interface, and the buffers of `udp`, if one is named.
  // Throws Failure with the front's words.
  net::Task<HostInterface> configure(proto::HostSettings settings, int udp = -1);
  // Before a tunnel is built again to a gateway with one of these addresses: returns when all of them can be
  // reached around the tunnel. Throws Failure.
  net::Task<void> reconnecting(std::vector<Address> gateways);

 private:
  // The front's answer to a wish, and the descriptors beside it.
  struct Answer {
    proto::FrontMessage message;
    std::vector<Descriptor> descriptors;
  };

  void send(const proto::ConnectionMessage& message, std::span<const int> descriptors = {});
  net::Task<Answer> ask(proto::ConnectionMessage wish, int file = -1);
  net::Task<Answer> wait_answer();
  Result<void> take(Bytes bytes, std::vector<Descriptor> descriptors);

  net::Socket channel_;
  net::Signal answered_;
  std::optional<Answer> answer_;
  bool asked_ = false;  // a wish waits for its answer; others wait for their turn
  OnWish on_wish_;
};

}  // namespace sallyport::client
