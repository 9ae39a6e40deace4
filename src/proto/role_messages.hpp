// What the supervisor and its three children say to each other. Each channel has one variant per direction;
// the comments name the descriptors that travel beside a message, in order.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/tun_offload.hpp"
#include "proto/codec.hpp"

namespace sallyport::proto {

// The first part of every start message: who the process is to become.
struct RoleSettings {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t supervisor = 0;  // its pid: the process ends when that one does
  std::uint8_t log_level = 0;    // log::Level
  bool log_json = false;
  bool operator==(const RoleSettings&) const = default;

  static void each_field(auto&& field) {
    using M = RoleSettings;
    field("uid", &M::uid);
    field("gid", &M::gid);
    field("supervisor", &M::supervisor);
    field("log_level", &M::log_level);
    field("log_json", &M::log_json);
  }
};

// A child could not do what it was told. `item` is the place of the culprit in the message: a key, a user
// file.
struct RoleFailed {
  std::optional<std::uint16_t> item;
  std::string text;
  bool operator==(const RoleFailed&) const = default;

  static void each_field(auto&& field) {
    field("item", &RoleFailed::item);
    field("text", &RoleFailed::text);
  }
};

struct RoleReady {
  bool operator==(const RoleReady&) const = default;
  static void each_field(auto&&) {}
};

// --- keeper
// -------------------------------------------------------------------------------------------------------

// Descriptors: one file for each private key, then one request socket for each control thread and each worker
// of the gateway.
struct KeeperStart {
  RoleSettings role;
  std::uint16_t keys = 0;
  std::uint16_t sockets = 0;
  bool operator==(const KeeperStart&) const = default;

  static void each_field(auto&& field) {
    using M = KeeperStart;
    field("role", &M::role);
    field("keys", &M::keys);
    field("sockets", &M::sockets);
  }
};

// SubjectPublicKeyInfo of each key, so that the supervisor can tell whether it belongs to its certificate.
struct KeeperReady {
  std::vector<Bytes> public_keys;
  bool operator==(const KeeperReady&) const = default;
  static void each_field(auto&& field) { field("public_keys", &KeeperReady::public_keys); }
};

using KeeperEvent = std::variant<KeeperReady, RoleFailed>;

// --- authenticator
// ------------------------------------------------------------------------------------------------

struct AaaSettings {
  std::string name;      // the NAME of [aaa.NAME]
  bool has_otp = false;  // an OTP file follows the users file
  bool operator==(const AaaSettings&) const = default;

  static void each_field(auto&& field) {
    field("name", &AaaSettings::name);
    field("has_otp", &AaaSettings::has_otp);
  }
};

// Descriptors: the request socket; with `state` the two files of the spent one-time passwords; then for each
// AAA its users file and, if it has one, its OTP file.
struct AuthenticatorStart {
  RoleSettings role;
  bool state = false;
  std::vector<AaaSettings> aaa;
  bool operator==(const AuthenticatorStart&) const = default;

  static void each_field(auto&& field) {
    field("role", &AuthenticatorStart::role);
    field("state", &AuthenticatorStart::state);
    field("aaa", &AuthenticatorStart::aaa);
  }
};

// The files again, after a reload of the configuration. Descriptors: those of the AAAs.
struct AuthenticatorReload {
  std::vector<AaaSettings> aaa;
  bool operator==(const AuthenticatorReload&) const = default;
  static void each_field(auto&& field) { field("aaa", &AuthenticatorReload::aaa); }
};

using AuthenticatorCommand = std::variant<AuthenticatorStart, AuthenticatorReload>;
using AuthenticatorEvent = std::variant<RoleReady, RoleFailed>;

// --- gateway
// ------------------------------------------------------------------------------------------------------

// Descriptors: the settings (a memory file holding GatewaySettings), the authenticator's request socket, one
// keeper socket for each control thread and then for each worker, `listeners` TCP listeners for each control
// thread, `tun_queues` queues of the TUN interface, one for each worker; `udp_sockets` UDP sockets for each
// worker; with `state` the session store's two files; with `admin` the admin listener.
struct GatewayStart {
  RoleSettings role;
  std::uint16_t control_threads = 1;
  std::uint16_t listeners = 0;
  std::uint16_t tun_queues = 0;
  std::uint16_t udp_sockets = 0;
  bool state = false;
  bool admin = false;
  TunOffload tun_offload = TunOffload::none;  // as the interface was opened
  bool udp_gso = true;
  bool coalesce_udp = true;
  bool dtls_by_openssl = false;  // even where another library is faster
  // When CLOCK_BOOTTIME was 0, by the wall clock at the supervisor's start: what sessions' times count from.
  std::chrono::sys_seconds booted_at{};
  bool operator==(const GatewayStart&) const = default;

  static void each_field(auto&& field) {
    using M = GatewayStart;
    field("role", &M::role);
    field("control_threads", &M::control_threads);
    field("listeners", &M::listeners);
    field("tun_queues", &M::tun_queues);
    field("udp_sockets", &M::udp_sockets);
    field("state", &M::state);
    field("admin", &M::admin);
    field("tun_offload", &M::tun_offload);
    field("udp_gso", &M::udp_gso);
    field("coalesce_udp", &M::coalesce_udp);
    field("dtls_by_openssl", &M::dtls_by_openssl);
    field("booted_at", &M::booted_at);
  }
};

// New settings and the new keeper that goes with them. Descriptors: the settings, one keeper socket for each
// control thread and then for each worker.
struct GatewayReload {
  bool operator==(const GatewayReload&) const = default;
  static void each_field(auto&&) {}
};

// The keeper died and has a successor with the same keys. Descriptors: one socket for each control thread and
// then for each worker.
struct KeeperReplaced {
  bool operator==(const KeeperReplaced&) const = default;
  static void each_field(auto&&) {}
};

// Descriptors: the successor's request socket.
struct AuthenticatorReplaced {
  bool operator==(const AuthenticatorReplaced&) const = default;
  static void each_field(auto&&) {}
};

struct ProcessInfo {
  std::string role;
  std::uint32_t pid = 0;
  std::uint32_t uid = 0;
  bool operator==(const ProcessInfo&) const = default;

  static void each_field(auto&& field) {
    using M = ProcessInfo;
    field("role", &M::role);
    field("pid", &M::pid);
    field("uid", &M::uid);
  }
};

// Who runs now, for the admin tool; sent whenever it changes.
struct Processes {
  std::vector<ProcessInfo> processes;
  bool operator==(const Processes&) const = default;
  static void each_field(auto&& field) { field("processes", &Processes::processes); }
};

// The outcome of a reload, whoever asked for it; empty text: done.
struct ReloadDone {
  std::string error;
  bool operator==(const ReloadDone&) const = default;
  static void each_field(auto&& field) { field("error", &ReloadDone::error); }
};

struct GatewayStop {
  bool end_sessions = false;
  bool operator==(const GatewayStop&) const = default;
  static void each_field(auto&& field) { field("end_sessions", &GatewayStop::end_sessions); }
};

using GatewayCommand = std::variant<GatewayStart, GatewayReload, KeeperReplaced, AuthenticatorReplaced,
                                    Processes, ReloadDone, GatewayStop>;

// An admin asked for it through the gateway's admin API.
struct ReloadWanted {
  bool operator==(const ReloadWanted&) const = default;
  static void each_field(auto&&) {}
};
struct StopWanted {
  bool end_sessions = false;
  bool operator==(const StopWanted&) const = default;
  static void each_field(auto&& field) { field("end_sessions", &StopWanted::end_sessions); }
};

using GatewayEvent = std::variant<RoleReady, RoleFailed, ReloadWanted, StopWanted>;

}  // namespace sallyport::proto
