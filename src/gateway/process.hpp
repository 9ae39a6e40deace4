// The gateway process as a whole: its control threads, the channel to the supervisor, and what the admin API
// shows.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/control_thread.hpp"
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
  const proto::GatewaySettings& settings() const { return settings_; }

 private:
  // The loop goes first: the coroutines that it holds refer to the rest.
  struct Thread {
    explicit Thread() : loop(std::make_unique<net::Loop>()), control(*loop) {}
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() {
      control.use(nullptr);
      loop.reset();
    }
    std::unique_ptr<net::Loop> loop;
    ControlThread control;
    std::thread runner;
  };

  Result<void> apply_settings(int settings_file, std::vector<Descriptor> keeper_sockets);
  Result<void> tell(const proto::GatewayEvent& event);

  net::Task<void> hear_supervisor();
  void obey(proto::GatewayCommand command, std::vector<Descriptor> descriptors);
  void end();

  proto::GatewaySettings settings_;
  std::vector<std::unique_ptr<Thread>>
      threads_;  // the first runs in the main thread, with all that is shared
  std::unique_ptr<net::Socket> supervisor_;
  Descriptor authenticator_;
  Descriptor admin_listener_;
  std::vector<Descriptor> listeners_;
  std::vector<proto::ProcessInfo> processes_;
  std::unique_ptr<net::Signal> reloaded_;
  std::string reload_error_;
};

}  // namespace sallyport::gateway
