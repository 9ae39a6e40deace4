// The gateway process as a whole: its control threads, the channel to the supervisor, and what the admin API
// shows.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/control_thread.hpp"
#include "gateway/tunnels.hpp"
#include "net/signal.hpp"
#include "net/socket.hpp"
#include "proto/admin.hpp"
#include "proto/gateway_settings.hpp"
#include "proto/role_messages.hpp"

namespace sallyport::gateway {

class GatewayProcess {
 public:
  GatewayProcess() = default;
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;
  ~GatewayProcess();

  // Takes the supervisor's orders, gives all privileges up, makes everything ready and says so.
  Result<void> start();
  void run();  // until the supervisor says stop or is gone

  // For the admin API.
  proto::Status status() const;
  net::Task<std::string> reload();  // the error, or nothing
  void stop(bool end_sessions);
  const proto::GatewaySettings& settings() const { return *settings_; }
  Services& services() { return shared_->services; }
  net::Task<std::vector<flow::Kept>> flow_events();  // of each control thread, and of the tunnels
  std::chrono::system_clock::time_point began() const { return began_; }

 private:
  // What the control threads share, each part with its owner or lock inside.
  struct Shared {
    Shared(const net::Executor& main, std::unique_ptr<store::SessionStore> opened, SessionClock clock)
        : sessions(std::move(opened)),
          authenticator(main),
          tunnels(main, *sessions, clock),
          services{*sessions, dialogues, authenticator, tunnels, clock} {}
    std::unique_ptr<store::SessionStore> sessions;
    store::DialogueStore dialogues{store::DialogueStore::Limits{}};
    AuthenticatorLink authenticator;
    Tunnels tunnels;
    Services services;
  };

  struct Thread {
    std::unique_ptr<net::Loop> loop = std::make_unique<net::Loop>();
    std::unique_ptr<ControlThread> control;
    std::thread runner;
  };

  Result<std::vector<Descriptor>> take_keeper_sockets(std::vector<Descriptor>& given) const;
  Result<void> start_services(SessionClock clock, std::vector<Descriptor> state_files);
  Result<void> apply_settings(std::shared_ptr<const proto::GatewaySettings> settings,
                              std::vector<Descriptor> keeper_sockets);
  Result<void> tell(const proto::GatewayEvent& event);

  net::Task<void> hear_supervisor();
  void obey(proto::GatewayCommand command, std::vector<Descriptor> descriptors);
  net::Task<void> finish(bool end_sessions);
  void end();

  std::shared_ptr<const proto::GatewaySettings> settings_;
  std::vector<std::unique_ptr<Thread>>
      threads_;  // the first runs in the main thread, with all that is shared
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<net::Socket> supervisor_;
  Descriptor authenticator_;
  Descriptor admin_listener_;
  std::vector<Descriptor> listeners_;
  std::size_t workers_ = 0;
  int descriptors_ = 0;  // for connections
  std::vector<proto::ProcessInfo> processes_;
  const std::chrono::system_clock::time_point began_ = std::chrono::system_clock::now();
  std::unique_ptr<net::Signal> reloaded_;
  std::string reload_error_;
};

}  // namespace sallyport::gateway
