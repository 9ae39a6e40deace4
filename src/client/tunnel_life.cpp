#include "client/tunnel_life.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/terminal_text.hpp"
#include "proto/lifetimes.hpp"
#include "proto/mtu.hpp"

namespace sallyport::client {

namespace {

// For the gateway to take the DISCONNECT. Whoever has pressed the keys does not want to wait longer.
constexpr std::chrono::seconds goodbye_limit{2};

Ended how_it_ended(const tunnel::Ended& ended) {
  using enum tunnel::EndCause;
  std::string text;
  switch (ended.cause) {
    case disconnected:
      text = "the gateway ended the session";
      if (ended.said && !ended.said->text.empty()) text += ": " + terminal_line(ended.said->text);
      break;
    case lost:
    case silent:
      text = "the connection was lost (" + terminal_line(ended.why) + "); reconnecting is not built yet";
      break;
    default:
      text = "the tunnel ended: " + terminal_line(ended.why);
  }
  return {ExitCode::failed, {ErrorKind::closed, std::move(text)}};
}

// Until the worker has closed the connection, or the time is up, or the user insists.
net::Task<void> end(std::optional<proto::Disconnect> goodbye, const Attempt& attempt) {
  auto& tunnel = attempt.tunnel;
  tunnel.post(tunnel::End{only_tunnel, std::move(goodbye)});
  const auto executor = co_await net::this_executor();
  const net::Alarm limit(executor, goodbye_limit, [&tunnel] { tunnel.put(TimeUp{}); });
  for (;;) {
    const auto happening = co_await tunnel.next();
    const bool passing = std::holds_alternative<tunnel::Totals>(happening) ||
                         std::holds_alternative<tunnel::DtlsReport>(happening) ||
                         std::holds_alternative<tunnel::RekeyReport>(happening);
    if (!passing) co_return;
  }
}

void show_renewal(proto::RekeyAction by, const Console& console) {
  if (!console.verbose()) return;
  if (by == proto::RekeyAction::key_update) console.say("keys renewed (TLS KeyUpdate)");
  if (by == proto::RekeyAction::renegotiate) console.say("keys renewed (TLS renegotiation)");
}

// True: that was the end.
net::Task<bool> fulfil(proto::UserWish wish, const Attempt& attempt) {
  switch (wish) {
    case proto::UserWish::end:
      co_await end(proto::Disconnect{proto::disconnect_reason::user, "ended by the user"}, attempt);
      attempt.console.say("disconnected");
      co_return true;
    case proto::UserWish::detach:
      co_await end(std::nullopt, attempt);
      attempt.console.say("detached: the session stays at the gateway for a while");
      co_return true;
    case proto::UserWish::reconnect:
      attempt.console.complain("reconnecting is not built yet");
      co_return false;
    case proto::UserWish::statistics:
      attempt.tunnel.post(tunnel::AskTotals{});
      co_return false;
  }
  co_return false;
}

// The interface with other settings: to a user it looks as if the tunnel were built again.
net::Task<void> reconfigure(const proto::HostSettings& settings, bool dtls, const Attempt& attempt) {
  std::optional<Failure> failed;
  try {
    co_await attempt.front.configure(settings);
  } catch (const Failure& failure) {
    failed = failure;
  }
  if (failed) {
    co_await end(proto::Disconnect{proto::disconnect_reason::local_error, "the machine could not be set up"},
                 attempt);
    throw *failed;
  }
  attempt.tunnel.post(tunnel::SetMtu{only_tunnel, settings.mtu});
  attempt.console.announce(reconnect_line(settings.mtu, dtls));
}

// What DTLS does to the user and the interface.
class DtlsLife {
 public:
  DtlsLife(const Opened& opened, const Attempt& attempt)
      : agreement_(opened.agreement),
        attempt_(attempt),
        ipv6_(opened.facts.ipv6.has_value()),
        mtu_(opened.mtu) {}

  net::Task<void> on(const tunnel::DtlsReport& report) {
    using enum tunnel::DtlsReport::State;
    switch (report.state) {
      case negotiating:
        break;
      case up:
        if (!std::exchange(up_, true)) come_up(report);
        co_await fit(report.mtu);
        break;
      case none:
        up_ = false;
        attempt_.console.complain("DTLS has ended, data goes over TLS: " + terminal_line(report.why));
        break;
      case given_up:
        co_await give_up(report);
        break;
    }
  }

 private:
  void come_up(const tunnel::DtlsReport& report) {
    attempt_.record(Attempt::event(flow::Phase::dtls, flow::Step::finished)
                        .with(flow::FieldName::version, report.version)
                        .with(flow::FieldName::cipher, report.cipher)
                        .with(flow::FieldName::mtu, mtu_));
    attempt_.console.announce(dtls_line(report));
  }

  // A narrow path, or an X-CSTP-MTU above X-DTLS-MTU: larger packets would go over TLS for ever.
  net::Task<void> fit(std::uint16_t passes) {
    const auto mtu = with_room_for_ipv6(passes);
    if (mtu_ > mtu) co_await use(mtu, true);
  }

  // IPv6 must not fall out of a running tunnel, and go around it. Packets that are too large for DTLS go over
  // TLS.
  std::uint16_t with_room_for_ipv6(std::uint16_t mtu) const {
    constexpr auto least = static_cast<std::uint16_t>(proto::min_ipv6_mtu);
    return ipv6_ ? std::max(mtu, least) : mtu;
  }

  net::Task<void> give_up(const tunnel::DtlsReport& report) {
    attempt_.record(Attempt::event(flow::Phase::dtls, flow::Step::gave_up));
    attempt_.console.complain("DTLS is blocked, data stays on TLS: " + terminal_line(report.why) +
                              "; it is tried once a minute");
    const auto mtu = mtu_without_dtls(agreement_.reply, attempt_.options);
    if (mtu) co_await use(with_room_for_ipv6(*mtu), false);
  }

  net::Task<void> use(std::uint16_t mtu, bool dtls) {
    const auto settings = or_throw(network_settings(agreement_, mtu, attempt_.options));
    co_await reconfigure(settings, dtls, attempt_);
    mtu_ = mtu;
  }

  const Agreement& agreement_;
  const Attempt& attempt_;
  bool ipv6_;          // inside
  std::uint16_t mtu_;  // of the interface
  bool up_ = false;
};

}  // namespace

std::string connected_line(const TunnelFacts& facts) {
  std::string addresses;
  for (const auto& prefix : {facts.ipv4, facts.ipv6}) {
    if (prefix) addresses += ' ' + prefix->address().to_text();
  }
  return fmt::format("connected{} tls {} {} dtls {}", addresses, facts.tls_version, facts.tls_cipher,
                     facts.dtls ? "negotiating" : "none");
}

std::string dtls_line(const tunnel::DtlsReport& report) {
  return fmt::format("dtls up {} {}", report.version, report.cipher);
}

std::string reconnect_line(std::uint16_t mtu, bool dtls) {
  return fmt::format("reconnect mtu {} {}", mtu, dtls ? "dtls" : "tls");
}

std::string statistics_line(const tunnel::Counters& counters) {
  auto line = fmt::format("received {} packets, {} bytes; sent {} packets, {} bytes", counters.rx_packets,
                          counters.rx_bytes, counters.tx_packets, counters.tx_bytes);
  std::string_view separator = "; dropped ";
  for (std::size_t i = 0; i < counters.dropped.size(); ++i) {
    if (counters.dropped[i] == 0) continue;
    line += fmt::format("{}{} {}", separator, counters.dropped[i], name_of(static_cast<tunnel::Drop>(i)));
    separator = ", ";
  }
  return line;
}

net::Task<void> live(const Opened& opened, const Attempt& attempt) {
  bool announced = false;
  DtlsLife dtls(opened, attempt);
  for (;;) {
    const auto happening = co_await attempt.tunnel.next();
    if (const auto* ended = std::get_if<tunnel::Ended>(&happening)) throw how_it_ended(*ended);
    if (const auto* report = std::get_if<tunnel::DtlsReport>(&happening)) co_await dtls.on(*report);
    if (const auto* report = std::get_if<tunnel::RekeyReport>(&happening)) {
      show_renewal(report->action, attempt.console);
    }
    if (const auto* wish = std::get_if<proto::UserWish>(&happening)) {
      const bool over = co_await fulfil(*wish, attempt);
      if (over) co_return;
    }
    const auto* totals = std::get_if<tunnel::Totals>(&happening);
    if (totals == nullptr) continue;
    if (announced) {
      for (const auto& tunnel : totals->tunnels) attempt.console.complain(statistics_line(tunnel.counters));
    } else {
      attempt.console.announce(connected_line(opened.facts));
      announced = true;
    }
  }
}

}  // namespace sallyport::client
