// One of the supervisor's three children as a process with a channel: started, told what to do, waited for.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "proto/codec.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"

namespace sallyport::supervisor {

enum class Role { keeper, authenticator, gateway };
std::string_view name_of(Role role);

// As a message wants them; the descriptors stay their owner's.
std::vector<int> numbers_of(const std::vector<Descriptor>& descriptors);

class Child {
 public:
  static Result<Child> start(Role role);

  Role role() const { return role_; }
  pid_t pid() const { return process_.pid; }
  int channel() const { return process_.channel.number(); }

  template <class Command>
  Result<void> send(const Command& command, std::span<const int> descriptors = {}) {
    return sys::send_message(channel(), proto::encode(command), descriptors);
  }

  // Waits for the next event. timeout: a child that says nothing for so long is taken for dead by the caller.
  template <class Event>
  Result<Event> await(std::chrono::milliseconds limit) {
    TRY(wait_readable(limit));
    return receive<Event>();
  }

  // The first event of its life. A child that can't say it is ended: its successor gets the same files.
  template <class Event>
  Result<Event> await_start(std::chrono::milliseconds limit) {
    auto event = await<Event>(limit);
    if (!event) end();
    return event;
  }

  template <class Event>
  Result<Event> receive() {
    const auto message = TRY(sys::receive_message(channel()));
    return proto::decode<Event>(message.bytes);
  }

  void kill() const;
  void end() const;  // kills it and waits until it has ended; its status is still to be asked for

 private:
  Child(Role role, sys::Process process) : role_(role), process_(std::move(process)) {}
  Result<void> wait_readable(std::chrono::milliseconds limit) const;

  Role role_;
  sys::Process process_;
};

}  // namespace sallyport::supervisor
