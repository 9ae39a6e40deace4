#include "supervisor/config_tables.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "proto/dtls_suites.hpp"

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto off_allowed = Off::allowed;
constexpr std::size_t max_key_pairs = 16;

Read<AdminAddress> admin_address() {
  const auto parse = [](std::string_view text) -> std::optional<AdminAddress> {
    constexpr std::string_view prefix = "unix:";
    if (text.starts_with(prefix)) {
      const auto file = text.substr(prefix.size());
      // 107: sun_path holds 108 bytes with its final zero (unix(7)).
      if (file.empty() || file.size() > 107) return std::nullopt;
      return UnixPath{std::string(file)};
    }
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint || endpoint->port == 0 || !endpoint->address.is_loopback()) return std::nullopt;
    return *endpoint;
  };
  return parsed<AdminAddress>("\"unix:PATH\" or a port of the machine itself such as \"127.0.0.1:8443\"",
                              parse);
}

// Any name that useradd takes, or a number; never root, which would undo the separation of the processes.
std::optional<User> parse_user(std::string_view text) {
  if (const auto number = parse_number(text, 4294967294)) {  // 2^32 - 1 stands for "no user"
    if (*number == 0) return std::nullopt;
    return User{"", static_cast<std::uint32_t>(*number)};
  }
  const bool named = !text.empty() && text.size() <= 32 && text.front() != '-' && text != "root" &&
                     std::all_of(text.begin(), text.end(), [](char character) {
                       const char lower = to_lower(character);
                       return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ||
                              lower == '_' || lower == '-' || lower == '.';
                     });
  if (!named) return std::nullopt;
  return User{std::string(text), 0};
}

Read<User> user() {
  return [](const Context& context, const TomlNode& node) -> std::optional<User> {
    std::optional<User> value;
    if (const auto* text = std::get_if<std::string>(&node.value)) value = parse_user(*text);
    if (const auto* number = std::get_if<std::int64_t>(&node.value))
      value = parse_user(std::to_string(*number));
    if (!value) return context.expected(node, "the name or number of a user other than root");
    return value;
  };
}

// What a gateway may be told to answer, in X-DTLS-CipherSuite or X-DTLS12-CipherSuite, best first.
std::vector<std::string_view> dtls_cipher_names() {
  std::vector<std::string_view> names;
  for (const auto& suite : proto::dtls_suites()) {
    const bool served = suite.use != proto::DtlsSuite::Use::client;
    if (served && std::ranges::find(names, suite.name) == names.end()) names.push_back(suite.name);
  }
  return names;
}

Read<std::string> dtls_cipher() {
  return [](const Context& context, const TomlNode& node) -> std::optional<std::string> {
    const auto* text = std::get_if<std::string>(&node.value);
    if (!text) return context.expected(node, "a list of DTLS cipher names");
    const auto names = dtls_cipher_names();
    if (std::find(names.begin(), names.end(), *text) != names.end()) return *text;
    context.complaints.add(node.at, unknown("DTLS cipher", *text, names));
    return std::nullopt;
  };
}

// Where sessions are kept is a choice of one for now. The value may hold a password: never repeated.
Key<State> other_stores() {
  const auto refuse = [](const Context& context, const TomlNode& node, State&) {
    const auto* text = std::get_if<std::string>(&node.value);
    const bool redis = text && (text->starts_with("redis://") || text->starts_with("rediss://"));
    context.complaints.add(node.at, redis ? "store \"redis://\" is not supported by this build yet"
                                          : "'store' must be absent: sessions are kept in 'directory'");
  };
  return {"store", "", "", refuse};
}

KeyPair& own_pair(Tls& tls) {
  if (tls.key_pairs.empty()) tls.key_pairs.emplace_back().at = tls.at;
  return tls.key_pairs.front();
}

Key<Tls> more_key_pairs() {
  const auto read = [](const Context& context, const TomlNode& node, Tls& tls) {
    const auto* array = std::get_if<TomlArray>(&node.value);
    if (!array) return context.complaints.add(node.at, "this must be a section, written [[tls.key_pair]]");
    if (array->size() > max_key_pairs) {
      return context.complaints.add(array->back().at, fmt::format("more than {} key pairs", max_key_pairs));
    }
    for (const auto& each : *array) {
      tls.key_pairs.emplace_back().at = each.at;
      read_section(key_pair_keys(), each, "[[tls.key_pair]]", tls.key_pairs.back(), context.complaints);
    }
  };
  return {"key_pair", "", "", read};
}

template <class Section>
SectionReference reference(std::string_view title, std::string_view help, const Keys<Section>& keys) {
  SectionReference section{title, help, {}};
  for (const auto& each : keys) {
    if (!each.help.empty()) section.keys.push_back({each.name, each.standard, each.help});
  }
  return section;
}

}  // namespace

Keys<Listen> listen_keys() {
  using S = Listen;
  return {
      key<S>("tcp", &S::tcp, list_of(endpoint(), 1, 16), R"("[::]:443")",
             "Address and port, or a list of them, for TLS. \"[::]:443\" takes both families."),
      key<S>(
          "udp", &S::udp, list_of(endpoint(), 0, 16), "",
          "Address and port, or a list of them, for DTLS. Absent: the same as tcp. \"\" switches DTLS off: "
          "all traffic then goes over TLS."),
      key<S>("admin", &S::admin, admin_address(), R"("unix:/run/sallyport/admin.sock")",
             "Where sallyportctl finds the admin API: \"unix:PATH\", or a port of the machine itself such as "
             "\"127.0.0.1:8443\"."),
  };
}

Keys<Process> process_keys() {
  using S = Process;
  return {
      key<S>(
          "gateway_user", &S::gateway_user, user(), "",
          "User, by name or number, of the process that reads the network. Absent: _sallyport-gateway if it "
          "exists, else 61180."),
      key<S>("keeper_user", &S::keeper_user, user(), "",
             "User of the process that holds the private keys. Absent: _sallyport-keeper if it exists, else "
             "61181."),
      key<S>("authenticator_user", &S::authenticator_user, user(), "",
             "User of the process that checks passwords. Absent: _sallyport-auth if it exists, else 61182."),
      key<S>("control_threads", &S::control_threads, number(1, 64), "1",
             "Threads for handshakes and logins, 1 to 64."),
      key<S>(
          "workers", &S::workers, number(1, 64), "1",
          "Threads that carry packets, 1 to 64, each with a queue of the interface. A second one pays from "
          "four cores on."),
  };
}

Keys<Tls> tls_keys() {
  using S = Tls;
  return {
      key<S>(
          "certificate", [](S& tls) -> auto& { return own_pair(tls).certificate; }, path(), "",
          "The gateway's certificate and its intermediates, PEM, leaf first. The private key must be in a "
          "file of its own."),
      key<S>(
          "private_key", [](S& tls) -> auto& { return own_pair(tls).private_key; }, path(), "",
          "The private key of the certificate, PEM, without a passphrase. Only the keeper process reads it."),
      key<S>("client_ca", &S::client_ca, path(), "",
             "Authorities whose client certificates are accepted, PEM. Needed by profiles that ask for a "
             "certificate."),
      key<S>("client_crl", &S::client_crl, path(), "",
             "Revocation lists for client certificates, PEM. Absent: revocation is not checked."),
      key<S>(
          "legacy", &S::legacy, flag(), "false",
          "Adds what only old clients need: TLS 1.0 and 1.1, RSA and DHE-DSS key exchange, CBC ciphers, also "
          "in DTLS 1.2."),
      key<S>(
          "dtls_ciphers", &S::dtls_ciphers, list_of(dtls_cipher(), 1, dtls_cipher_names().size()),
          R"(["PSK-NEGOTIATE", "ECDHE-RSA-AES256-GCM-SHA384", "AES256-GCM-SHA384", "AES128-GCM-SHA256", )"
          R"("OC-DTLS1_2-AES256-GCM", "OC-DTLS1_2-AES128-GCM"])",
          "DTLS ciphers by AnyConnect's names, best first; PSK-NEGOTIATE is openconnect's. With legacy the "
          "default ends with the CBC ciphers."),
      more_key_pairs(),
  };
}

Keys<KeyPair> key_pair_keys() {
  using S = KeyPair;
  return {
      key<S>("certificate", &S::certificate, path(), "", "As in [tls]."),
      key<S>("private_key", &S::private_key, path(), "", "As in [tls]."),
  };
}

Keys<Tunnel> tunnel_keys() {
  using S = Tunnel;
  using enum Address::Family;
  return {
      key<S>("interface", &S::interface, interface_name(), R"("sally0")",
             "Name of the network interface that carries all tunnels."),
      key<S>(
          "address_pool", &S::address_pool, address_pool(v4, 30), "",
          "IPv4 network that clients get their addresses from. Its first host address is the gateway's own. "
          "At least one of the two pools is needed."),
      key<S>("address_pool6", &S::address_pool6, address_pool(v6, 126), "",
             "IPv6 network that clients get their addresses from, likewise. Absent: no IPv6 in the tunnel."),
      key<S>(
          "mtu", &S::mtu, number(576, 16384), "",
          "Upper bound of the MTU inside the tunnel, 576 to 16384, with an IPv6 pool at least 1280. Absent: "
          "as large as each client's path allows."),
      key<S>("forwarding", &S::forwarding, flag(), "false",
             "Switches IP forwarding on for the interface. Otherwise that is the administrator's, and the "
             "gateway warns if it is off."),
      key<S>(
          "tun_offload", &S::tun_offload, flag(), "true",
          "Passes large packets between kernel and gateway. Switch off only where a device further on breaks "
          "them."),
      key<S>("udp_gso", &S::udp_gso, flag(), "true",
             "Sends many DTLS records in one system call where the kernel can."),
      key<S>("coalesce_udp", &S::coalesce_udp, flag(), "true",
             "Joins UDP packets that clients send in a row before the kernel gets them."),
      key<S>("dtls_crypto", &S::dtls_crypto,
             choice<DtlsCrypto>({{"auto", DtlsCrypto::automatic}, {"openssl", DtlsCrypto::openssl}}),
             R"("auto")",
             "Library that seals and opens DTLS records: \"auto\" (ipsec-mb where the CPU has VAES, else "
             "OpenSSL) or \"openssl\"."),
  };
}

Keys<State> state_keys() {
  using S = State;
  return {
      key<S>("directory", &S::directory, path(), R"("/var/lib/sallyport")",
             "Folder for sessions, leases, spent one-time passwords and the audit trail, which outlive a "
             "restart."),
      other_stores(),
  };
}

Keys<Aaa> aaa_keys() {
  using S = Aaa;
  return {
      key<S>("type", &S::type, choice<AaaType>({{"file", AaaType::file}}), R"("file")",
             "What checks the passwords: \"file\"."),
      key<S>(
          "users", &S::users, path(), "",
          "Password file, one line per user: name:group,group:hash with a hash of crypt(3), as ocpasswd and "
          "sallyportctl user write it."),
      key<S>(
          "otp", &S::otp, path(), "",
          "Secrets of one-time passwords (TOTP and HOTP) in liboath's users.oath format. Needed by profiles "
          "that ask for otp."),
  };
}

Keys<ConnectionProfile> connection_profile_keys() {
  using S = ConnectionProfile;
  return {
      key<S>(
          "group_alias", &S::group_alias, line_of_text(128), "",
          "Name in the client's list of groups. Absent: not listed, reached by group_url or as the default."),
      key<S>("group_url", &S::group_url, list_of(url_path(), 0, 64), "[]",
             "Paths that select this profile, as in https://vpn.example.com/staff; the client then shows no "
             "list "
             "of groups."),
      key<S>("default", &S::is_default, flag(), "false",
             "The profile that is selected at first. Where none says so it is the first of the file."),
      key<S>("authentication", &S::authentication,
             list_of(choice<Method>({{"password", Method::password},
                                     {"certificate", Method::certificate},
                                     {"otp", Method::otp}}),
                     1, 3),
             R"(["password"])",
             "What a user must give, all of the list in its order: password, certificate, otp. otp can't be "
             "first, since it asks for no user name."),
      key<S>("certificate_user", &S::certificate_user,
             choice<CertificateUser>({{"CN", CertificateUser::common_name},
                                      {"UID", CertificateUser::user_id},
                                      {"email", CertificateUser::email},
                                      {"upn", CertificateUser::upn}}),
             "",
             "The one field of the client's certificate that names the user: CN, UID, email or upn. A "
             "certificate "
             "without it is refused. Needed with certificate."),
      key<S>("aaa", &S::aaa, line_of_text(64), "",
             "The [aaa.NAME] that checks passwords and one-time passwords. Needed with either."),
      key<S>("group_policy", &S::group_policy, line_of_text(64), "",
             "The [group_policy.NAME] that the users of this profile get. Always needed."),
  };
}

Keys<GroupPolicy> group_policy_keys() {
  using S = GroupPolicy;
  return {
      // 3998: the most that an ASA lets one enter, and so what clients are known to show.
      key<S>("banner", &S::banner, paragraph(3998), R"("")",
             "Text shown when the tunnel is up, at most 3998 bytes; it may have several lines."),
      key<S>("dns", &S::dns, list_of(address(), 0, 10), "[]",
             "Addresses of name servers for the client. openconnect takes the first three."),
      key<S>("default_domain", &S::default_domain, domain_name(), "",
             "Domain that the client searches for short names."),
      key<S>("split_include", &S::split_include, list_of(network(), 0, 1024), "[]",
             "Networks that are reached through the tunnel. Absent or empty: everything is."),
      key<S>("split_exclude", &S::split_exclude, list_of(network(), 0, 1024), "[]",
             "Networks that are not reached through the tunnel. \"0.0.0.0/32\" stands for the client's own "
             "local "
             "network."),
      key<S>("split_dns", &S::split_dns, list_of(domain_name(), 0, 256), "[]",
             "Domains whose names are asked through the tunnel. Absent or empty: all names."),
      key<S>("idle_timeout", &S::idle_timeout, duration(1s, 365 * 24h, off_allowed), R"("30m")",
             "Ends a session that carried no traffic but pings for this time while connected, reconnects "
             "included; \"none\": never. A client that lost its connection may come back without a login for "
             "the same time."),
      key<S>("session_timeout", &S::session_timeout, duration(1s, 365 * 24h, off_allowed), R"("none")",
             "Ends a session this long after its login, however often it reconnected; \"none\": never."),
      key<S>(
          "dpd", &S::dpd, duration(1s, 1h, off_allowed), R"("30s")",
          "Silence after which either end asks whether the other is there (dead peer detection); \"none\": "
          "never."),
      key<S>(
          "keepalive", &S::keepalive, duration(1s, 24h, off_allowed), R"("20s")",
          "Interval at which an idle client sends a packet to keep NAT tables and firewalls open; \"none\": "
          "never."),
      key<S>("rekey", &S::rekey, duration(1s, 365 * 24h, off_allowed), R"("24h")",
             "Interval of fresh keys, at least \"1s\"; \"none\": never."),
      key<S>(
          "rekey_method", &S::rekey_method,
          choice<RekeyMethod>({{"ssl", RekeyMethod::ssl}, {"new-tunnel", RekeyMethod::new_tunnel}}),
          R"("new-tunnel")",
          "How the keys are made fresh: \"new-tunnel\" connects again with the session's cookie, which works "
          "with every client and version of TLS; \"ssl\" stays on the connection where both ends can, "
          "and DTLS keeps its keys unless the client makes new ones."),
      key<S>(
          "client_profile", &S::client_profile, path(), "",
          "AnyConnect profile (XML) that is pushed to the client, which keeps it under the file's name: it "
          "ends in .xml, and files of different content have different names."),
      key<S>("max_sessions_per_user", &S::max_sessions_per_user, number(0, 1000000), "0",
             "Sessions that one user may have at a time, counted by the user's name over all profiles; 0: no "
             "limit. A client that reconnects stays one session."),
      key<S>("at_session_limit", &S::at_session_limit,
             choice<AtSessionLimit>(
                 {{"end-oldest", AtSessionLimit::end_oldest}, {"refuse", AtSessionLimit::refuse}}),
             R"("end-oldest")",
             "What a login beyond max_sessions_per_user does: \"end-oldest\" ends the user's oldest session, "
             "\"refuse\" is refused. In both a session whose client is not connected makes room first."),
  };
}

std::vector<std::string> default_dtls_ciphers(bool legacy) {
  auto names = proto::default_dtls_ciphers();
  for (const auto name : dtls_cipher_names()) {
    if (legacy && is_legacy_dtls_cipher(name)) names.emplace_back(name);
  }
  return names;
}

bool is_legacy_dtls_cipher(std::string_view name) {
  return std::ranges::any_of(proto::dtls_suites(), [&](const proto::DtlsSuite& suite) {
    return suite.name == name && suite.use == proto::DtlsSuite::Use::legacy;
  });
}

std::vector<SectionReference> section_references() {
  return {
      reference("[listen]", "Where the gateway listens.", listen_keys()),
      reference("[process]", "The gateway's processes.", process_keys()),
      reference("[tls]", "The gateway's certificate and what it accepts.", tls_keys()),
      reference(
          "[[tls.key_pair]]",
          "One section for each further certificate, such as ECDSA beside RSA. The one that fits the client "
          "is chosen.",
          key_pair_keys()),
      reference("[tunnel]", "The network inside the tunnels.", tunnel_keys()),
      reference("[state]", "What outlives a restart.", state_keys()),
      reference("[aaa.NAME]", "Where passwords are checked; as many sections as needed.", aaa_keys()),
      reference(
          "[connection_profile.NAME]",
          "What a client connects to: a way to log in and the policy that follows (ASA's tunnel-group). At "
          "least one.",
          connection_profile_keys()),
      reference("[group_policy.NAME]", "What a session gets.", group_policy_keys()),
  };
}

}  // namespace sallyport::supervisor
