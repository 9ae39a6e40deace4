// The running tunnels: which worker carries them, what is known of them beside their sessions, and what their
// ends mean for the sessions. Kept by the main thread; workers' events and other threads' calls are posted
// there.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "flow/recorder.hpp"
#include "gateway/session_clock.hpp"
#include "net/signal.hpp"
#include "net/task.hpp"
#include "proto/idle_time.hpp"
#include "proto/lifetimes.hpp"
#include "store/session_store.hpp"
#include "tunnel/worker.hpp"

namespace sallyport::gateway {

struct LiveTunnel {
  tunnel::TunnelId id;
  std::uint64_t attempt = 0;  // the connection, in flow events
  std::string tls_version;
  std::string tls_cipher;
  proto::UserAgent agent = proto::UserAgent::unknown;
  std::uint16_t mtu = 0;
  std::chrono::seconds idle_timeout{0};         // 0: none
  std::optional<proto::IdleTime> idle;          // none: it never ran
  std::optional<store::WallTime> expires_at{};  // the session's time is over
  tunnel::DtlsReport dtls = {};                 // the latest
  tunnel::Counters seen = {};                   // as last told by the worker
  tunnel::Counters accounted = {};              // the part of it that is in the session's totals
};

// All workers together, as last told by them.
struct DataPath {
  tunnel::Features features;  // what all of them make use of
  tunnel::Drops dropped{};    // since the gateway's start
};

// Adds what a tunnel has carried since it was last accounted.
void add_rest(store::Totals& totals, const LiveTunnel& live);

class Tunnels {
 public:
  static constexpr std::size_t event_memory = 1 << 19;  // for flow events

  Tunnels(const net::Executor& owner, store::SessionStore& sessions, SessionClock clock);

  // One worker for each TUN queue, with as many of the UDP sockets each. Before the loop runs.
  Result<void> start(std::vector<Descriptor> queues, std::vector<Descriptor> udp_sockets,
                     tunnel::Offloads offloads = {});
  // The workers' private keys are there from now on: one socket each.
  void use_keeper(std::vector<Descriptor> sockets);
  // Closes all tunnels without a DISCONNECT: the clients come back.
  void stop();

  // --- from any control thread

  // Before the 200 is written: a hello may come at once.
  void offer_dtls(tunnel::TunnelId id, tunnel::DtlsSettings settings);
  // After the 200 has been written.
  void attach(LiveTunnel about, tunnel::Attach command);
  // The 200 could not be written: the session is as if this tunnel had been lost; an earlier one is closed.
  void never_ran(tunnel::TunnelId id);
  // Ends a session for a reason of the gateway's own: its record goes, its tunnel is told.
  net::Task<void> end(store::Session session, proto::TunnelEnd why);
  // The same where the record has gone already.
  void tell_end(const store::Session& session, proto::TunnelEnd why);

  // --- in the owner's thread

  const LiveTunnel* find(tunnel::TunnelId id) const;  // nullptr: it doesn't run
  // The session's newest that runs. While a CONNECT is being answered that is one before the record's: the
  // session's data goes through it until the new one has begun.
  const LiveTunnel* newest_of(store::SessionId id) const;  // nullptr: none
  flow::Kept kept_events() const { return flow_.kept(); }  // phase 6, and the sessions' lives
  std::size_t count() const { return live_.size(); }
  net::Task<void> refresh();  // brings what is known of all up to date
  const DataPath& data_path() const { return data_path_; }
  net::Task<void> save();  // stores what is known of all

 private:
  tunnel::Worker& worker_of(store::SessionId id);
  LiveTunnel* successor_of(tunnel::TunnelId id);  // the session's next that runs; nullptr: none
  void begin(LiveTunnel live);
  void hear(tunnel::Event event);
  void on(const tunnel::Ended& ended);
  void on(const tunnel::Totals& totals);
  void on(const tunnel::DtlsReport& report);
  void on(const tunnel::RekeyReport& report);
  void spawn(net::Task<void> task, std::string_view what);

  net::Task<void> confirm(tunnel::TunnelId id);
  net::Task<void> settle(LiveTunnel ended, proto::TokenLife life = {}, std::string_view gone_because = {});
  net::Task<void> account(tunnel::TunnelId id);
  net::Task<void> account_one_of_all(tunnel::TunnelId id);
  net::Task<void> keep_time();
  std::vector<std::pair<tunnel::TunnelId, proto::TunnelEnd>> due() const;
  net::Task<void> end_due();
  net::Task<void> end_expired();

  net::Executor owner_;
  store::SessionStore& sessions_;
  SessionClock clock_;
  std::vector<std::unique_ptr<tunnel::Worker>> workers_;
  // Until its Ended has come, a tunnel that another replaced stands beside its successor.
  std::map<tunnel::TunnelId, LiveTunnel> live_;
  flow::Recorder flow_{event_memory};
  net::Signal totals_told_;
  std::size_t totals_due_ = 0;  // workers that have not answered yet
  DataPath told_;               // by those that have
  DataPath data_path_;
  tunnel::Drops ended_drops_{};  // of tunnels that have ended
  net::Signal accounted_;
  std::size_t accounts_due_ = 0;  // tunnels that save() has still to account
};

}  // namespace sallyport::gateway
