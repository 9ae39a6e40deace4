// Phase 5, gateway → client: the headers of "200 CONNECTED". Written by the gateway, read by the client.
// openconnect matches these names case-sensitively, so each is spelled here as it expects it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "proto/compress.hpp"
#include "proto/connect_request.hpp"
#include "proto/dtls_suites.hpp"
#include "proto/fields.hpp"
#include "proto/rekey.hpp"

namespace sallyport::proto {

inline constexpr std::size_t dtls_session_id_size = 32;

namespace fields {

struct RekeyName {
  using Value = RekeyMethod;
  Result<RekeyMethod> read(std::string_view text) const;  // an unknown method is none
  Written write(RekeyMethod method) const;                // none is not said: it upsets AnyConnect
};

struct EncodingName {
  using Value = Encoding;
  Result<Encoding> read(std::string_view text) const;
  Written write(Encoding encoding) const;
};

}  // namespace fields

// What Sallyport's own gateway calls itself.
inline constexpr std::string_view own_server_name = "Sallyport";

struct ConnectReply {
  using Seconds = std::chrono::seconds;

  std::string version = "1";
  std::string server_name;  // the gateway's software
  std::string protocol;
  std::string hostname;  // the client's, as accepted

  // Addresses and routes. assign() and ipv4(), ipv6() deal with the older and newer forms of the first three.
  std::vector<Address> addresses;
  std::vector<Prefix> netmasks;
  std::optional<Prefix> address6;
  std::vector<Address> dns;
  std::vector<Address> dns6;  // AnyConnect wants IPv6 resolvers here, openconnect all in dns
  std::vector<Address> nbns;
  std::string default_domain;
  std::vector<std::string> split_dns;
  std::vector<Prefix> split_include;  // none of either family: tunnel all
  std::vector<Prefix> split_include6;
  std::vector<Prefix> split_exclude;
  std::vector<Prefix> split_exclude6;
  bool tunnel_all_dns = false;
  bool client_bypass = false;  // traffic of a family without an address goes outside instead of nowhere
  bool dynamic_dns = false;    // resolve the gateway's name anew on reconnect

  // Timers. 0 is off or without limit.
  Seconds dpd{0};
  Seconds keepalive{0};
  Seconds idle_timeout{0};
  Seconds idle_alert{0};
  Seconds session_timeout{0};
  Seconds session_alert{0};
  Seconds session_remaining{0};
  Seconds disconnected_timeout{0};
  Seconds lease_duration{0};
  Seconds rekey_time{0};
  RekeyMethod rekey_method = RekeyMethod::none;

  // Wishes about the client's machine.
  std::optional<bool> smartcard_removal_disconnect;
  std::string proxy_pac_url;
  std::optional<bool> proxy_lockdown;
  std::string proxy_method;
  std::string proxy_server;
  std::string proxy_exception;
  std::string proxy_bypass_local;
  std::optional<bool> keep;
  std::optional<bool> tcp_keepalive;
  std::string license;
  std::optional<bool> quarantine;
  std::optional<bool> routing_filtering_ignore;
  std::optional<bool> disable_always_on;

  // DTLS.
  Seconds dtls_dpd{0};
  std::uint16_t dtls_port = 0;
  Seconds dtls_rekey_time{0};
  RekeyMethod dtls_rekey_method = RekeyMethod::none;
  Seconds dtls_keepalive{0};
  Bytes dtls_app_id;
  Bytes dtls_session_id;
  std::string dtls_suite;
  std::string dtls12_suite;
  std::uint16_t dtls_mtu = 0;
  std::uint16_t dtls12_mtu = 0;
  Encoding dtls_encoding = Encoding::none;

  Encoding cstp_encoding = Encoding::none;
  std::uint16_t base_mtu = 0;
  std::uint16_t mtu = 0;
  std::vector<std::string> banner;
  std::string post_auth_xml;  // one line

  HeaderList custom;  // X-CSTP- and X-DTLS- headers that are not in the table

  // After parse:
  std::vector<std::string> ignored;  // names of headers whose value made no sense
  std::string dtls_problem;          // a bad X-DTLS- header; DTLS stays off

  bool operator==(const ConnectReply&) const = default;

  // malformed: control characters, a bad or missing inner address, no MTU, an encoding we can't know. A bad
  // X-DTLS- header costs DTLS only, any other just itself.
  static Result<ConnectReply> parse(const HeaderList& headers);
  HeaderList serialize() const;

  // The inner addresses with the length of their network.
  std::optional<Prefix> ipv4() const;
  std::optional<Prefix> ipv6() const;
  // Adds an inner address. A client without X-CSTP-Full-IPv6-Capability gets IPv6 as a second pair.
  void assign(const Prefix& inner, bool full_ipv6);

  static void each_field(auto&& field) {
    using M = ConnectReply;
    using namespace fields;
    field("X-CSTP-Version", &M::version);
    field("X-CSTP-Server-Name", &M::server_name);
    field("X-CSTP-Protocol", &M::protocol);
    field("X-CSTP-Hostname", &M::hostname, HostName());
    field("X-CSTP-DPD", &M::dpd);
    field("X-CSTP-Default-Domain", &M::default_domain);
    field("X-CSTP-Address", &M::addresses);
    field("X-CSTP-Netmask", &M::netmasks, Netmask());
    field("X-CSTP-Address-IP6", &M::address6);
    field("X-CSTP-DNS", &M::dns);
    field("X-CSTP-DNS-IP6", &M::dns6);
    field("X-CSTP-NBNS", &M::nbns);
    field("X-CSTP-Split-DNS", &M::split_dns, SplitText());
    field("X-CSTP-Split-Include", &M::split_include, SlashNetmask());
    field("X-CSTP-Split-Include-IP6", &M::split_include6);
    field("X-CSTP-Tunnel-All-DNS", &M::tunnel_all_dns);
    field("X-CSTP-Client-Bypass-Protocol", &M::client_bypass);
    field("X-CSTP-Split-Exclude", &M::split_exclude, SlashNetmask());
    field("X-CSTP-Split-Exclude-IP6", &M::split_exclude6);
    field("X-CSTP-Keepalive", &M::keepalive);
    field("X-CSTP-Idle-Timeout", &M::idle_timeout, SecondsOrNone());
    field("X-CSTP-Idle-Timeout-Alert-Interval", &M::idle_alert);
    field("X-CSTP-Smartcard-Removal-Disconnect", &M::smartcard_removal_disconnect);
    field("X-CSTP-DynDNS", &M::dynamic_dns, OnlyTrue());
    field("X-CSTP-Rekey-Time", &M::rekey_time);
    field("X-CSTP-Rekey-Method", &M::rekey_method, RekeyName());
    field("X-CSTP-MSIE-Proxy-PAC-URL", &M::proxy_pac_url);  // openconnect's spelling
    field("X-CSTP-MSIE-Proxy-Pac-URL", &M::proxy_pac_url);  // ocserv's and, it seems, AnyConnect's
    field("X-CSTP-MSIE-Proxy-Lockdown", &M::proxy_lockdown);
    field("X-CSTP-MSIE-Proxy-Method", &M::proxy_method);
    field("X-CSTP-MSIE-Proxy-Server", &M::proxy_server);
    field("X-CSTP-MSIE-Proxy-Exception", &M::proxy_exception);
    field("X-CSTP-MSIE-Proxy-Bypass-Local", &M::proxy_bypass_local);
    // Of the next four openconnect takes the last that is a number as the session's end.
    field("X-CSTP-Lease-Duration", &M::lease_duration);
    field("X-CSTP-Session-Timeout", &M::session_timeout, SecondsOrNone());
    field("X-CSTP-Session-Timeout-Alert-Interval", &M::session_alert);
    field("X-CSTP-Session-Timeout-Remaining", &M::session_remaining);
    field("X-CSTP-Disconnected-Timeout", &M::disconnected_timeout, SecondsOrNone());
    field("X-CSTP-Keep", &M::keep);
    field("X-CSTP-TCP-Keepalive", &M::tcp_keepalive);
    field("X-CSTP-License", &M::license);
    field("X-DTLS-DPD", &M::dtls_dpd);
    field("X-DTLS-Port", &M::dtls_port);
    field("X-DTLS-Rekey-Time", &M::dtls_rekey_time);
    field("X-DTLS-Rekey-Method", &M::dtls_rekey_method, RekeyName());
    field("X-DTLS-Keepalive", &M::dtls_keepalive);
    field("X-DTLS-App-ID", &M::dtls_app_id, HexBytes{1, dtls_session_id_size});
    field("X-DTLS-Session-ID", &M::dtls_session_id, HexBytes{dtls_session_id_size, dtls_session_id_size});
    field("X-DTLS-CipherSuite", &M::dtls_suite);
    field("X-DTLS12-CipherSuite", &M::dtls12_suite);
    field("X-DTLS-MTU", &M::dtls_mtu, Mtu());
    field("X-DTLS12-MTU", &M::dtls12_mtu, Mtu());
    field("X-DTLS-Content-Encoding", &M::dtls_encoding, EncodingName());
    field("X-CSTP-Content-Encoding", &M::cstp_encoding, EncodingName());
    field("X-CSTP-Base-MTU", &M::base_mtu, Mtu());
    field("X-CSTP-MTU", &M::mtu, Mtu());
    field("X-CSTP-Quarantine", &M::quarantine);
    field("X-CSTP-Routing-Filtering-Ignore", &M::routing_filtering_ignore);
    field("X-CSTP-Disable-Always-On-VPN", &M::disable_always_on);
    field("X-CSTP-Banner", &M::banner, Lines());
    field("X-CSTP-Post-Auth-XML", &M::post_auth_xml, Text{65536});
  }
};

// What CONNECT agrees on for phase 6.
struct DtlsTerms {
  const DtlsSuite* suite = nullptr;
  std::uint16_t port = 0;
  Bytes session_id;  // of the ClientHello: App-ID or Session-ID
};

// unsupported, with the reason: the gateway offered no DTLS or nothing that we asked for.
Result<DtlsTerms> dtls_terms(const ConnectReply& reply, const DtlsOffer& asked);

}  // namespace sallyport::proto
