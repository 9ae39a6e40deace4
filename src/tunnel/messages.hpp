// What a tunnel worker is told (commands) and what it tells (events). Each names the session and the
// generation of its tunnel, which grows with each CONNECT: what belongs to an earlier one is dropped.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/descriptor.hpp"
#include "base/ip.hpp"
#include "proto/backoff.hpp"
#include "proto/cstp_frame.hpp"
#include "proto/keepalive.hpp"
#include "proto/rekey.hpp"
#include "proto/vnet_header.hpp"
#include "sys/udp_socket.hpp"
#include "tls/connection.hpp"
#include "tls/dtls.hpp"
#include "tls/library.hpp"
#include "tls/remote_key.hpp"
#include "tunnel/counters.hpp"
#include "tunnel/features.hpp"

namespace sallyport::tunnel {

struct TunnelId {
  std::uint64_t session = 0;
  std::uint64_t generation = 0;
  auto operator<=>(const TunnelId&) const = default;
};

// When the keys of a TLS channel are renewed, and how.
struct Rekey {
  proto::RekeyAction action = proto::RekeyAction::none;
  std::chrono::seconds every{0};
};

struct TunnelSettings {
  TunnelId id;
  // Inner: packets from the TUN to these go to this peer (the longest prefix wins), and it may send from
  // them.
  std::vector<Prefix> addresses;
  std::uint16_t mtu = 0;            // largest inner packet the peer is sent
  proto::Keepalive::Rule liveness;  // of the TLS channel
  // At the client what the worker does; at the gateway what it lets the client do, and not before half the
  // time.
  Rekey rekey = {};
};

// --- commands

// A tunnel begins on a TLS connection whose CONNECT has been answered. An earlier tunnel of the session is
// closed without a DISCONNECT and ends as `replaced`.
struct Attach {
  TunnelSettings settings;
  std::shared_ptr<const tls::Library> library;  // what the connection lives in; may be null
  Descriptor socket;                            // non-blocking
  tls::Connection connection;
  Bytes unread;  // what came behind the CONNECT (or its reply), already decrypted
};

// What CONNECT has agreed on for a tunnel's DTLS.
struct DtlsSettings {
  std::shared_ptr<const tls::DtlsKeys> keys;
  std::uint16_t mtu = 0;            // largest inner packet that goes over DTLS; others go over TLS
  proto::Keepalive::Rule liveness;  // of the DTLS channel
  std::optional<Endpoint> gateway;  // at the client: whom its hellos go to
  std::size_t hellos = proto::DtlsBackoff::all_hellos;  // ... and how many, until it gives up
  std::chrono::seconds rekey_every{0};                  // ... and when its keys are too old; 0: never
  bool paced = false;  // ... and whether the gateway is given time for what it is sent
};

// A gateway's worker takes hellos for the tunnel from now on; told before the client can know of it, since a
// hello may come at once. A client's worker, told after Attach, begins to send them.
struct OfferDtls {
  TunnelId id;
  DtlsSettings settings;
};

// The largest inner packet that the peer is sent, from now on.
struct SetMtu {
  TunnelId id;
  std::uint16_t mtu = 0;
};

// Ends a tunnel; with `say`, the peer gets a DISCONNECT first. Takes back what was offered for it, too.
struct End {
  TunnelId id;
  std::optional<proto::Disconnect> say;
};

// Whom the tunnels of this worker have their private keys from, from now on: the keeper, its successor, or
// that of another configuration.
struct UseKeeper {
  std::unique_ptr<tls::KeyTransport> way;
};

// Answered by one Totals with all tunnels.
struct AskTotals {};

// --- from another worker, which the kernel gave what is this one's

// A packet from the TUN, as it came, behind the room that a reader has.
struct HandedPacket {
  Bytes memory;
  std::size_t room = 0;
  proto::VnetHeader header;
};

// Datagrams of one peer at the socket of this number: each of the same size, the last may have less.
struct HandedDatagrams {
  std::size_t socket = 0;
  sys::UdpPath path;
  Bytes bytes;
  std::size_t datagram = 0;
};

using Command =
    std::variant<Attach, OfferDtls, SetMtu, End, UseKeeper, AskTotals, HandedPacket, HandedDatagrams>;

// --- events

enum class EndCause : std::uint8_t {
  disconnected,  // the peer said DISCONNECT or TERMINATE
  lost,          // TCP or TLS ended without it
  silent,        // DPD found the peer dead
  malformed,     // the peer's frames made no sense
  replaced,      // a later tunnel of the same session
  asked,         // End
};
std::string_view name_of(EndCause cause);

struct TunnelTotals {
  TunnelId id;
  Counters counters;                                               // of this tunnel
  std::optional<std::chrono::steady_clock::time_point> last_data;  // a user's packet, either way; none yet
};

struct Ended {
  TunnelTotals totals;
  EndCause cause = EndCause::lost;
  std::optional<proto::Disconnect> said;  // by the peer
  std::string why;                        // one sentence, for the log
};

struct Totals {
  std::vector<TunnelTotals> tunnels;
  Counters nobody;  // only drops: packets that were no tunnel's
  Features features;
};

// A tunnel's DTLS has changed. Data goes over DTLS while it is up, over TLS otherwise.
struct DtlsReport {
  enum class State : std::uint8_t {
    none,         // TLS only, for the reason `why`
    negotiating,  // a handshake is under way
    up,
    given_up,  // at the client: no answer so far; it goes on trying now and then
  };
  TunnelId id;
  State state = State::none;
  std::string version;  // while it is up
  std::string cipher;   // ... OpenSSL's name
  // ... the largest inner packet that is known to pass, at the client maybe less than was agreed on
  std::uint16_t mtu = 0;
  Endpoint peer;    // ... and where its datagrams come from
  std::string why;  // one sentence
};

// The tunnel's keys have been renewed in place, by `action` (the gateway tells of renegotiations only). Or,
// at the client, they are due and only a new tunnel (`new_tunnel`) can renew them, which is told once.
struct RekeyReport {
  TunnelId id;
  proto::RekeyAction action = proto::RekeyAction::none;
  std::string why;  // of new_tunnel: one sentence
};

using Event = std::variant<Ended, Totals, DtlsReport, RekeyReport>;

}  // namespace sallyport::tunnel
