// The client of the pair: the connection as it is, on a loop and a thread of its own as in a process of its
// own, from its TLS handshake to its last word. The test is its front, its user and the machine's network:
// when the tunnel runs, a packet goes to the gateway, an answer comes back, and the user ends it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "client/options.hpp"
#include "client/outcome.hpp"
#include "net/socket.hpp"
#include "proto/client_messages.hpp"
#include "test/pair/virtual_time.hpp"

namespace sallyport::pair {

// How a run ended.
struct Outcome {
  client::ExitCode code = client::ExitCode::failed;
  std::string error;
  std::string escaped;  // an exception that is no Failure
};

class ClientHalf {
 public:
  // Begins at once. The front's messages are read on `executor`.
  ClientHalf(const net::Executor& executor, client::ConnectOptions options);
  ClientHalf(const ClientHalf&) = delete;
  ClientHalf& operator=(const ClientHalf&) = delete;
  ~ClientHalf();

  bool is_over() const { return over_; }
  const Outcome& outcome() const { return outcome_; }  // once it is over
  bool has_stored_profile() const { return profile_stored_; }

  void look_at_the_clock() { pair::look_at_the_clock(loop_); }

  // Sends what the machine has to say to the gateway, and ends the tunnel once it has got an answer.
  void use_tunnel();

 private:
  net::Task<void> serve(std::shared_ptr<net::Socket> front);
  void answer(const proto::ConnectionMessage& wish);
  void tell(const proto::FrontMessage& message, int descriptor = -1);
  void run(client::ConnectOptions options, Descriptor channel);

  net::Loop loop_;
  std::shared_ptr<net::Socket> front_;
  Descriptor tun_;         // the kernel's end
  Descriptor tun_client_;  // what the front hands over
  std::optional<Address> inner_;
  bool profile_stored_ = false;
  bool ending_ = false;
  Outcome outcome_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

// An inner packet with nothing in it.
Bytes make_packet(const Address& from, const Address& to);

}  // namespace sallyport::pair
