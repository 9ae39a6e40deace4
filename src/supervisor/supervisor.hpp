// The root process: opens what the configuration names, starts the keeper, the authenticator and the gateway,
// hands them what they need, starts them again when they die, and reads no byte that a stranger sent.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "proto/gateway_settings.hpp"
#include "proto/role_messages.hpp"
#include "supervisor/child.hpp"
#include "supervisor/identity.hpp"
#include "supervisor/restart_policy.hpp"
#include "supervisor/run.hpp"
#include "supervisor/setup.hpp"
#include "supervisor/state_files.hpp"
#include "sys/tun.hpp"

namespace sallyport::supervisor {

class Supervisor {
 public:
  explicit Supervisor(Options options) : options_(std::move(options)) {}

  // Starts everything without a listener and stops again: what is wrong with the configuration, if anything,
  // is what a start would say.
  Result<void> check();
  // Runs until a signal or an admin stops it. The exit status for main().
  int run();

 private:
  // A keeper with its keys, and the gateway's ends of its request sockets. The supervisor keeps those ends,
  // so that a new gateway finds the keeper where the old one left it.
  struct Keyring {
    Child keeper;
    std::vector<Descriptor> gateway_ends;
  };
  struct Slot {
    std::optional<Child> child;
    RestartPolicy policy;
    std::optional<Time> restart_at;
  };

  Result<void> start(bool listening);
  Result<void> open_listeners();
  Result<void> open_udp_sockets();
  Result<Keyring> start_keeper(const Setup& setup);
  Result<void> start_authenticator();
  Result<void> start_gateway();
  Result<void> await_gateway(Child& gateway);
  proto::RoleSettings role_settings(sys::Identity identity) const;

  void serve();
  void handle_signals();
  void handle_gateway_event();
  void reap();
  void child_died(Role role, pid_t pid, int wait_status);
  void restart_due();
  Result<void> restart(Role role);
  void publish_processes();
  proto::Processes processes_with(const Child& gateway) const;
  int poll_timeout() const;

  void reload();
  Result<void> try_reload();

  void stop();
  void wait_for_children(std::chrono::milliseconds limit);
  void give_up(Role role, const std::string& how);

  Slot& slot(Role role) { return slots_[static_cast<std::size_t>(role)]; }
  const Slot& slot(Role role) const { return slots_[static_cast<std::size_t>(role)]; }
  std::size_t threads() const { return static_cast<std::size_t>(control_threads_); }

  Options options_;
  std::unique_ptr<Setup> setup_;
  int control_threads_ = 1;  // of the first configuration: the listeners are bound to it
  std::uint64_t generation_ = 1;
  std::int64_t started_at_ = 0;
  std::chrono::sys_seconds booted_at_{};  // by the wall clock at our start

  Descriptor signals_;
  Descriptor admin_listener_;
  std::vector<Descriptor> listeners_;       // thread by thread
  std::vector<Descriptor> udp_sockets_;     // worker by worker
  std::vector<Descriptor> keeper_sockets_;  // the gateway's ends: of its threads, then of its workers
  Descriptor authenticator_socket_;         // the gateway's end
  sys::Tun tun_;                            // a queue for each worker
  StateFiles state_;
  std::array<Slot, 3> slots_;
  std::vector<Child> retiring_;  // keepers of earlier configurations: they end when the gateway lets them go

  bool stopping_ = false;
  bool end_sessions_ = false;
  bool gateway_speaks_ = false;  // its channel is worth polling
  int exit_status_ = 0;
};

}  // namespace sallyport::supervisor
