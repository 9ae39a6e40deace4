// The gateway's configuration as plain values. parse_config reads and checks the text alone; the files it
// names are opened later (config_files.hpp, the supervisor), with the positions kept here for their errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip.hpp"
#include "base/result.hpp"
#include "proto/gateway_settings.hpp"
#include "supervisor/toml_document.hpp"

namespace sallyport::supervisor {

struct UnixPath {
  std::string path;

  bool operator==(const UnixPath&) const = default;
};
using AdminAddress = std::variant<UnixPath, Endpoint>;

struct Listen {
  std::vector<Located<Endpoint>> tcp{{Endpoint{Address::v6({}), 443}, {}}};
  std::vector<Located<Endpoint>> udp;  // empty: DTLS is off
  Located<AdminAddress> admin{UnixPath{"/run/sallyport/admin.sock"}, {}};

  bool operator==(const Listen&) const = default;
};

// A name to be looked up, or a number if the name is empty.
struct User {
  std::string name;
  std::uint32_t number = 0;

  bool operator==(const User&) const = default;
};

struct Process {
  Located<std::optional<User>> gateway_user;  // absent: the package's, else a fixed number
  Located<std::optional<User>> keeper_user;
  Located<std::optional<User>> authenticator_user;
  int control_threads = 1;
  Located<int> workers{1, {}};

  bool operator==(const Process&) const = default;
};

struct KeyPair {
  Position at;
  Located<std::string> certificate;
  Located<std::string> private_key;

  bool operator==(const KeyPair&) const = default;
};

struct Tls {
  Position at;
  std::vector<KeyPair> key_pairs;  // the section's own first, then each [[tls.key_pair]]
  Located<std::string> client_ca;
  Located<std::string> client_crl;
  bool legacy = false;
  std::vector<Located<std::string>> dtls_ciphers;  // best first

  bool operator==(const Tls&) const = default;
};

// Who seals and opens DTLS records.
enum class DtlsCrypto { automatic, openssl };

struct Tunnel {
  Position at;
  Located<std::string> interface {
    "sally0", {}
  };
  Located<std::optional<Prefix>> address_pool;
  Located<std::optional<Prefix>> address_pool6;
  Located<std::uint16_t> mtu;  // 0: no upper bound
  bool forwarding = false;
  bool tun_offload = true;
  bool udp_gso = true;
  bool coalesce_udp = true;
  DtlsCrypto dtls_crypto = DtlsCrypto::automatic;

  bool operator==(const Tunnel&) const = default;
};

struct State {
  Located<std::string> directory{"/var/lib/sallyport", {}};

  bool operator==(const State&) const = default;
};

enum class AaaType { file };

struct Aaa {
  Position at;
  AaaType type = AaaType::file;
  Located<std::string> users;
  Located<std::string> otp;  // empty: no second factor

  bool operator==(const Aaa&) const = default;
};

using Method = proto::AuthMethod;
using CertificateUser = proto::CertificateUserField;
using proto::AtSessionLimit;
using proto::RekeyMethod;

struct ConnectionProfile {
  std::string name;
  Position at;
  Located<std::string> group_alias;             // empty: not in the list of groups
  std::vector<Located<std::string>> group_url;  // paths, without a trailing slash
  Located<bool> is_default;                     // exactly one profile of a Config has it
  Located<std::vector<Method>> authentication{{Method::password}, {}};
  std::optional<CertificateUser> certificate_user;
  Located<std::string> aaa;
  Located<std::string> group_policy;

  bool operator==(const ConnectionProfile&) const = default;
};

// Zero seconds: off, no limit.
struct GroupPolicy {
  std::string banner;
  std::vector<Address> dns;
  std::string default_domain;
  std::vector<Prefix> split_include;  // empty: everything goes through the tunnel
  std::vector<Prefix> split_exclude;
  std::vector<std::string> split_dns;
  std::chrono::seconds idle_timeout = std::chrono::minutes(30);
  std::chrono::seconds session_timeout{0};
  std::chrono::seconds dpd{30};
  std::chrono::seconds keepalive{20};
  std::chrono::seconds rekey = std::chrono::hours(24);
  RekeyMethod rekey_method = RekeyMethod::new_tunnel;
  Located<std::string> client_profile;
  std::uint32_t max_sessions_per_user = 0;
  AtSessionLimit at_session_limit = AtSessionLimit::end_oldest;

  bool operator==(const GroupPolicy&) const = default;
};

// The name that clients ask for the policy's client profile by, and keep it under.
std::string profile_file_name(const GroupPolicy& policy);

struct Config {
  std::string file;  // the name that errors begin with
  Listen listen;
  Process process;
  Tls tls;
  Tunnel tunnel;
  State state;
  std::map<std::string, Aaa> aaa;
  std::vector<ConnectionProfile> connection_profiles;  // in the order of the file
  std::map<std::string, GroupPolicy> group_policies;

  bool operator==(const Config&) const = default;
};

// All that is wrong is told at once: one line each, "FILE:LINE:COLUMN: sentence", in the order of the file.
Result<Config> parse_config(std::string_view text, std::string_view file_name);

// Relative paths become relative to `folder`, the configuration file's own.
void resolve_paths(Config& config, std::string_view folder);

// An error found later about something the file said, in the form that parse_config uses.
tl::unexpected<Error> fail_at(const Config& config, Position at, std::string_view sentence);

// The profile that a client gets which names none.
const ConnectionProfile& default_profile(const Config& config);

// Every section and key with default and meaning, as `sallyportd --help-config` prints it.
std::string config_reference();

// A whole configuration for a trial run. It expects server.pem, server.key, users and profile.xml beside it.
std::string_view demo_config();

}  // namespace sallyport::supervisor
