// What the client's two parts say to each other: the front, which the user started and which alone may touch
// the machine's network and the user's files, and the connection, an unprivileged child that speaks with the
// gateway. The comments name the descriptors that travel beside a message.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/tun_offload.hpp"
#include "proto/codec.hpp"

namespace sallyport::proto {

inline constexpr std::size_t max_trust_file = 16U << 10;
// Of the user's client profiles: as many as fit into the first message.
inline constexpr std::size_t max_stored_profiles = 64;
// What one run of the connection may have the front store.
inline constexpr std::size_t max_fetched_profiles = 8;
inline constexpr std::size_t max_remembered_text = 256;
// Of a gateway's name: as many as a client tries.
inline constexpr std::size_t max_gateway_addresses = 16;

// --- front → connection

// Files that the user named on the command line, by option.
enum class UserFile : std::uint8_t { ca_file, certificate, key, token, trace };
constexpr UserFile last_of(UserFile) {
  return UserFile::trace;
}

// A client profile in the user's folder.
struct StoredProfile {
  std::string name;  // of the file
  std::string hash;  // SHA-1 of the content, upper-case hex
  bool operator==(const StoredProfile&) const = default;

  static void each_field(auto&& field) {
    field("name", &StoredProfile::name);
    field("hash", &StoredProfile::hash);
  }
};

// The first message. The connection's command line is the front's own. Descriptors: the files, for reading
// (the trace's for writing); then, where `with_profiles` is set, the content of each profile, a memory file.
struct ConnectionStart {
  std::uint32_t uid = 0;  // whom to become; the connection's own: stay
  std::uint32_t gid = 0;
  std::uint32_t front = 0;     // its pid: the connection ends when that one does
  bool may_configure = false;  // the front is root
  std::string trust;           // the user's lifted blocks, as in the file
  std::vector<UserFile> files;
  bool with_profiles = false;  // the user's target is no host: a profile may have it as a name
  std::string default_user;    // whom the user was at this gateway the last time
  std::vector<StoredProfile> profiles;
  bool operator==(const ConnectionStart&) const = default;

  static void each_field(auto&& field) {
    using M = ConnectionStart;
    field("uid", &M::uid);
    field("gid", &M::gid);
    field("front", &M::front);
    field("may_configure", &M::may_configure);
    field("trust", &M::trust);
    field("files", &M::files);
    field("with_profiles", &M::with_profiles);
    field("default_user", &M::default_user);
    field("profiles", &M::profiles);
  }
};

// Interface, addresses, routes and DNS are as asked. Descriptor: the TUN.
struct HostConfigured {
  std::string interface;
  TunOffload offload = TunOffload::none;  // as it was opened
  bool operator==(const HostConfigured&) const = default;
  static void each_field(auto&& field) {
    field("interface", &HostConfigured::interface);
    field("offload", &HostConfigured::offload);
  }
};

// The client profile is in the user's folder.
struct ProfileStored {
  bool operator==(const ProfileStored&) const = default;
  static void each_field(auto&&) {}
};

// The way to the gateway is as the machine's present network has it.
struct NetworkFollowed {
  bool operator==(const NetworkFollowed&) const = default;
  static void each_field(auto&&) {}
};

// The connection's last wish could not be fulfilled.
struct FrontFailed {
  std::string text;
  bool operator==(const FrontFailed&) const = default;
  static void each_field(auto&& field) { field("text", &FrontFailed::text); }
};

// What the user's signals mean.
enum class UserWish : std::uint8_t {
  end,         // SIGINT, SIGTERM: disconnect and log out
  detach,      // SIGHUP: close, the session stays
  reconnect,   // SIGUSR2
  statistics,  // SIGUSR1
};
constexpr UserWish last_of(UserWish) {
  return UserWish::statistics;
}
struct UserWants {
  UserWish wish = UserWish::end;
  bool operator==(const UserWants&) const = default;
  static void each_field(auto&& field) { field("wish", &UserWants::wish); }
};

using FrontMessage =
    std::variant<ConnectionStart, HostConfigured, FrontFailed, UserWants, ProfileStored, NetworkFollowed>;

// --- connection → front

// The user's lifted blocks changed: the whole file, at most max_trust_file.
struct StoreTrust {
  std::string trust;
  bool operator==(const StoreTrust&) const = default;
  static void each_field(auto&& field) { field("trust", &StoreTrust::trust); }
};

// A client profile that the gateway pushed, for the user's folder. Descriptor: its content, a memory file.
// The reply is ProfileStored or FrontFailed.
struct StoreProfile {
  std::string name;
  bool operator==(const StoreProfile&) const = default;
  static void each_field(auto&& field) { field("name", &StoreProfile::name); }
};

// Phases 1 to 4 are done: for the user's preferences. Empty: not known.
struct Remember {
  std::string user;
  std::string group;
  std::string certificate_hash;  // SHA-1 of the gateway's, upper-case hex
  std::string address;           // host and port that the user's target stands for
  bool operator==(const Remember&) const = default;

  static void each_field(auto&& field) {
    field("user", &Remember::user);
    field("group", &Remember::group);
    field("certificate_hash", &Remember::certificate_hash);
    field("address", &Remember::address);
  }
};

// What the gateway said about the machine's network, for the front or the script.
struct HostSettings {
  Address gateway;  // outer: kept reachable outside the tunnel
  std::optional<Prefix> ipv4;
  std::optional<Prefix> ipv6;
  std::uint16_t mtu = 0;
  std::vector<Address> dns;
  std::vector<Address> nbns;
  std::string default_domain;
  std::vector<std::string> split_dns;
  std::vector<Prefix> split_include;  // of both families; none: everything goes through the tunnel
  std::vector<Prefix> split_exclude;
  bool tunnel_all_dns = false;
  std::string banner;
  std::string proxy_pac_url;
  std::chrono::seconds idle_timeout{0};
  std::vector<std::string> headers;  // "X-CSTP-…=value", as received, for the script
  bool operator==(const HostSettings&) const = default;

  static void each_field(auto&& field) {
    using M = HostSettings;
    field("gateway", &M::gateway);
    field("ipv4", &M::ipv4);
    field("ipv6", &M::ipv6);
    field("mtu", &M::mtu);
    field("dns", &M::dns);
    field("nbns", &M::nbns);
    field("default_domain", &M::default_domain);
    field("split_dns", &M::split_dns);
    field("split_include", &M::split_include);
    field("split_exclude", &M::split_exclude);
    field("tunnel_all_dns", &M::tunnel_all_dns);
    field("banner", &M::banner);
    field("proxy_pac_url", &M::proxy_pac_url);
    field("idle_timeout", &M::idle_timeout);
    field("headers", &M::headers);
  }
};

// Set the machine up for a tunnel: the first time with a new interface, later the same one anew. The UDP
// socket may come along, for larger buffers than the connection may ask for. The reply is HostConfigured or
// FrontFailed. All is undone when the connection has ended.
struct ConfigureHost {
  HostSettings settings;
  bool operator==(const ConfigureHost&) const = default;

  static void each_field(auto&& field) { field("settings", &ConfigureHost::settings); }
};

// The tunnel is about to be built again: the script may wish to know, and the gateway, which may have these
// addresses (at most max_gateway_addresses), must be reachable around the tunnel whatever the machine's
// network has become. The reply is NetworkFollowed or FrontFailed.
struct Reconnecting {
  std::vector<Address> gateways;
  bool operator==(const Reconnecting&) const = default;
  static void each_field(auto&& field) { field("gateways", &Reconnecting::gateways); }
};

// Codes of the software token up to this counter are spent: for the file that the token came from.
struct AdvanceToken {
  std::uint64_t counter = 0;  // the next one
  bool operator==(const AdvanceToken&) const = default;
  static void each_field(auto&& field) { field("counter", &AdvanceToken::counter); }
};

// The run's first tunnel carries data: the user need not wait any longer.
struct TunnelStands {
  bool operator==(const TunnelStands&) const = default;
  static void each_field(auto&&) {}
};

using ConnectionMessage =
    std::variant<StoreTrust, ConfigureHost, Reconnecting, StoreProfile, Remember, AdvanceToken, TunnelStands>;

}  // namespace sallyport::proto
