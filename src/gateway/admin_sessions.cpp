#include "gateway/admin_sessions.hpp"

#include <algorithm>
#include <optional>

#include <fmt/chrono.h>

#include "gateway/tunnels.hpp"

namespace sallyport::gateway {

namespace {

std::string rfc3339(store::WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::optional<std::string> rfc3339(const std::optional<store::WallTime>& time) {
  return time ? std::optional(rfc3339(*time)) : std::nullopt;
}

std::optional<std::string> text_of(const std::optional<Address>& address) {
  return address ? std::optional(address->to_text()) : std::nullopt;
}

std::string state_text(tunnel::DtlsReport::State state) {
  using State = tunnel::DtlsReport::State;
  if (state == State::up) return "up";
  return state == State::negotiating ? "negotiating" : "none";
}

proto::SessionEntry entry_of(const store::Session& session, const LiveTunnel* live) {
  proto::SessionEntry entry;
  entry.id = session.id;
  entry.state = live != nullptr ? "connected" : "detached";
  entry.user = session.user;
  entry.connection_profile = session.connection_profile;
  entry.group_policy = store::policy_of(session).name;
  entry.remote_address = session.remote.address.to_text();
  entry.ipv4 = text_of(session.ipv4);
  entry.ipv6 = text_of(session.ipv6);
  entry.user_agent = session.user_agent;
  entry.hostname = session.hostname;
  entry.created_at = rfc3339(session.created_at);
  entry.expires_at = rfc3339(session.expires_at);
  auto totals = session.totals;
  if (live != nullptr) {
    entry.connected_at = rfc3339(session.connected_at);
    entry.tls = {live->tls_version, live->tls_cipher};
    entry.mtu = live->mtu;
    entry.dtls_state = state_text(live->dtls.state);
    if (live->dtls.state == tunnel::DtlsReport::State::up) {
      entry.dtls = {live->dtls.version, live->dtls.cipher};
    }
    add_rest(totals, *live);
  }
  entry.rx_bytes = totals.rx_bytes;
  entry.tx_bytes = totals.tx_bytes;
  entry.rx_packets = totals.rx_packets;
  entry.tx_packets = totals.tx_packets;
  return entry;
}

}  // namespace

net::Task<std::vector<proto::SessionEntry>> list_sessions(Services& services, bool all) {
  co_await services.tunnels.refresh();
  auto listed = co_await services.sessions.list();
  auto sessions = or_throw(std::move(listed));
  std::ranges::sort(sessions, {}, [](const store::Session& session) {
    return session.connected_at.value_or(store::WallTime::max());
  });
  std::vector<proto::SessionEntry> entries;
  for (const auto& session : sessions) {
    const auto* live = services.tunnels.newest_of(session.id);
    if (live != nullptr || all) entries.push_back(entry_of(session, live));
  }
  co_return entries;
}

net::Task<std::size_t> disconnect_sessions(Services& services, proto::DisconnectOrder order) {
  auto listed = co_await services.sessions.list();
  const auto sessions = or_throw(std::move(listed));
  std::size_t count = 0;
  std::optional<Error> failed;
  for (const auto& session : sessions) {
    const bool meant = order.all || order.id == session.id || order.user == session.user;
    if (!meant) continue;
    try {
      co_await services.tunnels.end(session, proto::TunnelEnd::admin);
      ++count;
    } catch (const Failure& failure) {  // a full disk, say: the tunnels of the others end all the same
      failed = failure.error();
    }
  }
  if (failed) throw Failure(*failed);
  co_return count;
}

}  // namespace sallyport::gateway
