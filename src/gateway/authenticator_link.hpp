// The way to the authenticator process: questions of phase 3 out, answers in. One socket for the whole
// gateway, kept by the main thread; any control thread may ask.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "gateway/fair_queue.hpp"
#include "gateway/unauthenticated.hpp"
#include "net/socket.hpp"
#include "proto/authenticator_messages.hpp"

namespace sallyport::gateway {

class AuthenticatorLink {
 public:
  // `owner` runs the thread that keeps the socket.
  explicit AuthenticatorLink(net::Executor owner);

  // In the owner's thread: the first socket, or that of a successor. What is open with the former one fails.
  void use(Descriptor socket);

  // From any control thread. `request.id` is set here. While the authenticator is being restarted, the
  // question waits for its successor; while it has enough from the same address, for those. One that takes it
  // along when it dies, that is full or too slow, is an Unavailable.
  // Failure closed: the connection that asks was dropped; its question does not wait any longer either.
  net::Task<proto::AuthenticatorAnswer::Outcome> ask(proto::AuthenticatorRequest request,
                                                     UnauthenticatedConnections::Ticket& ticket);

 private:
  using Outcome = proto::AuthenticatorAnswer::Outcome;
  struct Question;  // of one control thread
  using Asked = std::shared_ptr<Question>;

  struct Waiting {
    proto::AuthenticatorRequest request;
    Asked asked;
  };

  struct Open {
    Asker asker;
    Asked asked;
  };

  static void reply(const Asked& asked, Outcome outcome);  // in the thread that asks
  void close();                                            // ends the reader
  void send_waiting();
  Result<void> send(const proto::AuthenticatorRequest& request);
  net::Task<void> read_answers(std::shared_ptr<net::Socket> socket);
  void answer(std::uint64_t id, Outcome outcome);
  void fail_all(const std::string& why);

  net::Executor owner_;
  std::shared_ptr<net::Socket> socket_;
  std::map<std::uint64_t, Open> open_;
  FairQueue<Waiting> waiting_;
  std::uint64_t next_id_ = 1;
};

}  // namespace sallyport::gateway
