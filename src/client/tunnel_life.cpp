#include "client/tunnel_life.hpp"

#include <fmt/format.h>

#include "client/terminal_text.hpp"
#include "proto/lifetimes.hpp"

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
    if (!std::holds_alternative<tunnel::Totals>(happening)) co_return;
  }
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

}  // namespace

std::string connected_line(const TunnelFacts& facts) {
  std::string addresses;
  for (const auto& prefix : {facts.ipv4, facts.ipv6}) {
    if (prefix) addresses += ' ' + prefix->address().to_text();
  }
  return fmt::format("connected{} tls {} {} dtls none", addresses, facts.tls_version, facts.tls_cipher);
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

net::Task<void> live(const TunnelFacts& facts, const Attempt& attempt) {
  // The worker takes its commands in order: when it answers this one, it carries the tunnel's data.
  attempt.tunnel.post(tunnel::AskTotals{});
  bool announced = false;
  for (;;) {
    const auto happening = co_await attempt.tunnel.next();
    if (const auto* ended = std::get_if<tunnel::Ended>(&happening)) throw how_it_ended(*ended);
    if (const auto* wish = std::get_if<proto::UserWish>(&happening)) {
      const bool over = co_await fulfil(*wish, attempt);
      if (over) co_return;
    }
    const auto* totals = std::get_if<tunnel::Totals>(&happening);
    if (totals == nullptr) continue;
    if (announced) {
      for (const auto& tunnel : totals->tunnels) attempt.console.complain(statistics_line(tunnel.counters));
    } else {
      attempt.console.announce(connected_line(facts));
      announced = true;
    }
  }
}

}  // namespace sallyport::client
