// The machine's side of the tunnel, from the first change to the last thing taken back: journal and guard,
// the interface, and who sets it up: we or the user's script.
#pragma once

#include <optional>
#include <string>

#include "client/host_guard.hpp"
#include "client/host_setup.hpp"
#include "client/options.hpp"
#include "client/script.hpp"
#include "sys/tun.hpp"

namespace sallyport::client {

struct HostPaths {
  std::string journal_folder = client::journal_folder;
  DnsPaths dns;
};

class HostTunnel {
 public:
  // `complain` hears what went wrong but stops nothing.
  HostTunnel(const ConnectOptions& options, HostPaths paths, Complaint complain);
  ~HostTunnel() { undo(); }
  HostTunnel(const HostTunnel&) = delete;
  HostTunnel& operator=(const HostTunnel&) = delete;

  // The first time with a new interface, later the same one anew; with the same settings only the way to the
  // gateway is looked at, and a script told. On an error everything is as it was before the first time.
  Result<void> configure(const proto::HostSettings& settings);
  // The gateway, at any of these addresses, is to be reached around the tunnel, over the machine's present
  // network.
  void reconnecting(const std::vector<Address>& gateways);
  void undo();

  // After a successful configure().
  const sys::Tun& tun() const { return tun_; }

 private:
  Result<void> begin(const proto::HostSettings& settings);
  Result<void> set_up(const proto::HostSettings& settings);
  Result<void> set_up_by_script(const std::optional<proto::HostSettings>& before,
                                const proto::HostSettings& settings);
  void run_script(std::string_view reason, const proto::HostSettings& settings);

  const ConnectOptions& options_;
  HostPaths paths_;
  Complaint complain_;

  std::optional<Journal> journal_;
  std::optional<HostGuard> guard_;
  sys::Tun tun_;
  std::optional<HostSetup> setup_;
  std::optional<Script> script_;
  std::optional<proto::HostSettings> settings_;  // the last
};

}  // namespace sallyport::client
