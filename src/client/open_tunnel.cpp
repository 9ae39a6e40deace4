#include "client/open_tunnel.hpp"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "base/text.hpp"
#include "client/dtls.hpp"
#include "client/terminal_text.hpp"
#include "proto/lifetimes.hpp"
#include "sys/path_mtu.hpp"
#include "sys/udp_socket.hpp"
#include "tunnel/tls_renewal.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;

// The gateway's side and the machine's side of a tunnel, ready for packets.
struct Prepared {
  Agreement agreement;
  Result<tunnel::DtlsSettings> dtls;
  Descriptor udp;
  proto::HostSettings settings;
};

Result<Agreement> agreement_of(const Answered& answered) {
  Agreement agreement;
  agreement.headers = answered.reply.headers.list();
  agreement.reply = TRY(proto::ConnectReply::parse(agreement.headers));
  agreement.gateway = answered.connected.gateway.address;
  return agreement;
}

// What phase 6 needs. Where it can't be, the interface must not wait for it with the MTU of DTLS.
void prepare_dtls(Prepared& prepared, const Answered& answered, const ConnectOptions& options) {
  auto& reply = prepared.agreement.reply;
  const auto& gateway = answered.connected.gateway.address;
  const auto& connection = answered.connected.stream->connection();
  prepared.dtls = dtls_settings(reply, answered.request, connection, gateway, options);
  if (prepared.dtls) {
    auto socket = sys::open_udp(gateway.family(), options.dtls_local_port);
    if (socket) {
      prepared.udp = std::move(*socket);
    } else {
      prepared.dtls = tl::unexpected(std::move(socket).error());
    }
  }
  if (!prepared.dtls && reply.mtu > 0) reply.dtls_mtu = 0;
}

// The headers that phase 6 is about. Who knows a session's id may disturb its handshakes.
void show_dtls_headers(const proto::HeaderList& headers, const Console& console) {
  if (!console.verbose()) return;
  constexpr std::size_t shown_of_id = 8;
  for (const auto& [name, value] : headers) {
    if (!starts_with_ignoring_case(name, "X-DTLS")) continue;
    const bool is_id = is_dtls_id(name);
    console.say("5   " + terminal_line(name + ": " + (is_id ? value.substr(0, shown_of_id) + "…" : value)));
  }
}

// A route that is passed over sends its traffic another way than the gateway means: that is told.
void tell_ignored(std::vector<std::string> names, const Console& console) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  if (names.empty()) return;
  console.complain(
      fmt::format("what the gateway says in {} makes no sense, or is too much, and is passed over",
                  fmt::join(names, ", ")));
}

void record_finished(const Prepared& prepared, const std::string& interface, const Attempt& attempt) {
  const auto& reply = prepared.agreement.reply;
  const auto& settings = prepared.settings;
  auto event = Attempt::event(Phase::connect, Step::finished);
  if (settings.ipv4) event.with(FieldName::ipv4, settings.ipv4->address().to_text());
  if (settings.ipv6) event.with(FieldName::ipv6, settings.ipv6->address().to_text());
  event.with(FieldName::cstp_mtu, reply.mtu);
  if (reply.dtls_mtu > 0) event.with(FieldName::dtls_mtu, reply.dtls_mtu);
  event.with(FieldName::mtu, settings.mtu).with(FieldName::interface, interface);
  attempt.record(event);
}

net::Task<Prepared> prepare(const Answered& answered, std::string banner, bool first,
                            const Attempt& attempt) {
  Prepared prepared;
  auto& agreement = prepared.agreement;
  agreement = or_throw(agreement_of(answered));
  agreement.banner = std::move(banner);
  prepare_dtls(prepared, answered, attempt.options);
  const auto mtu = interface_mtu(agreement.reply, attempt.options);
  prepared.settings = or_throw(network_settings(agreement, mtu, attempt.options));
  show_dtls_headers(agreement.headers, attempt.console);
  if (first) tell_ignored(agreement.reply.ignored, attempt.console);
  if (first && agreement.banner.empty()) attempt.console.quote(prepared.settings.banner);
  auto interface = co_await attempt.front.configure(prepared.settings, prepared.udp.number());
  record_finished(prepared, interface.name, attempt);
  attempt.tunnel.use_interface(std::move(interface));
  co_return prepared;
}

tunnel::TunnelSettings tunnel_settings(const proto::ConnectReply& reply, std::uint16_t mtu,
                                       const tls::Connection& tls) {
  tunnel::TunnelSettings settings;
  for (const auto* everything : {"0.0.0.0/0", "::/0"}) {
    settings.addresses.push_back(or_throw(Prefix::parse(everything)));
  }
  settings.mtu = mtu;
  settings.liveness = proto::Keepalive::Rule::client(reply.dpd, reply.keepalive);
  settings.rekey = {proto::tls_rekey(reply.rekey_method, tunnel::tls_facts(tls)), reply.rekey_time};
  return settings;
}

}  // namespace

proto::Disconnect machine_not_set_up() {
  return {proto::disconnect_reason::local_error, "the machine could not be set up"};
}

Result<void> check_terms(const Answered& answered, const ConnectOptions& options) {
  const auto agreement = TRY(agreement_of(answered));
  TRY(network_settings(agreement, interface_mtu(agreement.reply, options), options));
  return {};
}

net::Task<Opened> open_tunnel(Answered answered, std::string banner, const Attempt& attempt) {
  const bool first = !attempt.tunnel.has_interface();
  co_await attempt.tunnel.stop();
  std::optional<Prepared> prepared;
  std::optional<Failure> failed;
  try {
    auto ready = co_await prepare(answered, std::move(banner), first, attempt);
    prepared = std::move(ready);
  } catch (const Failure& failure) {
    failed = failure;
  }
  auto& connected = answered.connected;
  if (failed) {
    co_await decline(connected, machine_not_set_up());
    throw *failed;
  }
  const auto& tls = connected.stream->connection();
  auto& settings = prepared->settings;
  Opened opened{{settings.ipv4, settings.ipv6, tls.version(), tls.cipher(), prepared->dtls.has_value()},
                std::move(prepared->agreement),
                std::move(settings),
                std::move(prepared->dtls),
                {connected.gateway, or_throw(sys::local_address(connected.stream->number())),
                 std::move(connected.others)}};
  auto rules = tunnel_settings(opened.agreement.reply, opened.settings.mtu, tls);
  auto [socket, connection] = connected.stream->release();
  tunnel::Attach attach{std::move(rules), nullptr, std::move(socket), std::move(connection),
                        std::move(answered.rest)};
  or_throw(attempt.tunnel.start(std::move(prepared->udp), std::move(attach)));
  // The worker takes its commands in order: when it answers this one, it carries the tunnel's data.
  attempt.tunnel.post(tunnel::AskTotals{});
  co_return opened;
}

// Reads until the gateway has closed: a socket closed with bytes unread would be reset, and the reset can
// overtake the word.
net::Task<void> decline(Connected& connected, proto::Disconnect word) {
  const auto goodbye = proto::cstp_disconnect(word);
  std::array<std::uint8_t, 4096> unread{};
  try {
    connected.stream->expires_after(std::chrono::seconds(2));
    co_await connected.stream->write(goodbye);
    std::size_t size = 1;
    while (size > 0) size = co_await connected.stream->read_some(unread);
    co_await connected.stream->close();
  } catch (const Failure&) {  // it may be gone already
  }
}

}  // namespace sallyport::client
