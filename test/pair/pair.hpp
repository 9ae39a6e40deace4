// Gateway and client with a link between them that a test disturbs: one run of the client after the other
// against the same gateway, and what must be true after each.
#pragma once

#include <functional>

#include "test/pair/client_half.hpp"
#include "test/pair/gateway_half.hpp"
#include "test/pair/link.hpp"

namespace sallyport::pair {

class Pair {
 public:
  Pair();

  // Runs a scenario to its end; once for each Pair.
  void play(net::Task<void> scenario);

  // One run of the client as a member of a group. Whatever fails, it ends, in words, and leaves the gateway's
  // books as they must be.
  net::Task<Outcome> run(std::string group, Disturbance& disturbance,
                         Link::Delivery delivery = Link::Delivery::records);
  // Every operation of such a run fails once. Returns how many there were.
  net::Task<int> fail_each(std::string group, Fault fault);

  const Link& link() const { return link_; }

 private:
  net::Task<void> until(std::function<bool()> done, const Disturbance& disturbance, ClientHalf* client);
  net::Task<void> let_time_pass_in_silence(ClientHalf* client);
  net::Task<void> settle(const Disturbance& disturbance, int descriptors);
  void check_sessions(const Disturbance& disturbance);
  client::ConnectOptions options_for(const std::string& group) const;
  void answer_packets();

  net::Loop loop_;
  GatewayHalf gateway_{loop_};
  Link link_{loop_.executor(), gateway_.endpoint()};
  int records_seen_ = 0;
  int silent_rounds_ = 0;
};

}  // namespace sallyport::pair
