#include "gateway/tunnels.hpp"

#include "base/log.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;
using tunnel::EndCause;

constexpr seconds tick{5};  // how exact idle and session timeouts are
constexpr int ticks_per_accounting = 12;
constexpr std::uint8_t gateway_reason = 0;  // no list of reasons from gateways is known

std::string_view words_for(proto::TunnelEnd why) {
  switch (why) {
    case proto::TunnelEnd::idle_timeout:
      return "idle timeout";
    case proto::TunnelEnd::session_timeout:
      return "session timeout";
    case proto::TunnelEnd::admin:
      return "disconnected by an administrator";
    case proto::TunnelEnd::duplicate_login:
      return "another login took this session's place";
    case proto::TunnelEnd::logout:
      return "logged out";
    default:
      return "";
  }
}

store::WallTime as_session_time(std::chrono::steady_clock::time_point time, store::WallTime now) {
  return std::chrono::floor<seconds>(now - (std::chrono::steady_clock::now() - time));
}

}  // namespace

void add_rest(store::Totals& totals, const LiveTunnel& live) {
  totals.rx_packets += live.seen.rx_packets - live.accounted.rx_packets;
  totals.rx_bytes += live.seen.rx_bytes - live.accounted.rx_bytes;
  totals.tx_packets += live.seen.tx_packets - live.accounted.tx_packets;
  totals.tx_bytes += live.seen.tx_bytes - live.accounted.tx_bytes;
}

Tunnels::Tunnels(const net::Executor& owner, store::SessionStore& sessions, SessionClock clock)
    : owner_(owner), sessions_(sessions), clock_(clock), totals_told_(owner) {}

Result<void> Tunnels::start(std::vector<Descriptor> queues, std::vector<Descriptor> udp_sockets) {
  const auto each = queues.empty() ? 0 : udp_sockets.size() / queues.size();
  auto next_socket = std::make_move_iterator(udp_sockets.begin());
  for (auto& queue : queues) {
    std::vector<Descriptor> udp(next_socket, next_socket + static_cast<std::ptrdiff_t>(each));
    next_socket += static_cast<std::ptrdiff_t>(each);
    const auto tell = [this](tunnel::Event event) {
      const auto shared = std::make_shared<tunnel::Event>(std::move(event));
      net::post(owner_, [this, shared] { hear(std::move(*shared)); });
    };
    workers_.push_back(TRY(tunnel::Worker::start({std::move(queue), std::move(udp)}, tell)));
  }
  spawn(keep_time(), "the sessions' clock");
  return {};
}

void Tunnels::stop() {
  workers_.clear();
}

void Tunnels::spawn(net::Task<void> task, std::string_view what) {
  net::spawn(owner_, std::move(task),
             [what = std::string(what)](const Error& error) { log::error(what + " failed: " + error.text); });
}

tunnel::Worker& Tunnels::worker_of(store::SessionId id) {
  return *workers_[id % workers_.size()];
}

void Tunnels::attach(LiveTunnel about, tunnel::Attach command) {
  about.last_data = std::chrono::steady_clock::now();
  const auto session = about.id.session;
  // In this order: what the worker says of the tunnel comes after the entry is there.
  net::dispatch(owner_, [this, about = std::move(about)] { live_.insert_or_assign(about.id, about); });
  worker_of(session).post(std::move(command));
}

void Tunnels::offer_dtls(tunnel::TunnelId id, tunnel::DtlsSettings settings) {
  worker_of(id.session).post(tunnel::OfferDtls{id, std::move(settings)});
}

void Tunnels::never_ran(tunnel::TunnelId id) {
  worker_of(id.session).post(tunnel::End{id, std::nullopt});
  net::post(owner_, [this, id] { spawn(settle({.id = id}, std::nullopt), "a session's end"); });
}

net::Task<void> Tunnels::end(store::Session session, proto::TunnelEnd why) {
  tell_end(session, why);
  or_throw(co_await sessions_.remove(session.id));
}

void Tunnels::tell_end(const store::Session& session, proto::TunnelEnd why) {
  tunnel::End command{{session.id, session.generation}, std::nullopt};
  if (proto::rule_for(why).say_disconnect) {
    command.say = proto::Disconnect{gateway_reason, std::string(words_for(why))};
  }
  worker_of(session.id).post(std::move(command));
  log::notice("session ended: " + std::string(words_for(why)),
              {{"user", session.user}, {"session", static_cast<std::int64_t>(session.id)}});
}

const LiveTunnel* Tunnels::find(tunnel::TunnelId id) const {
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : &found->second;
}

net::Task<void> Tunnels::refresh() {
  if (totals_due_ == 0) {
    totals_due_ = workers_.size();
    for (const auto& worker : workers_) worker->post(tunnel::AskTotals{});
  }
  while (totals_due_ > 0) co_await totals_told_.wait();
}

void Tunnels::hear(tunnel::Event event) {
  std::visit([this](const auto& one) { on(one); }, event);
}

void Tunnels::on(const tunnel::Totals& totals) {
  for (const auto& [id, counters, last_data] : totals.tunnels) {
    const auto found = live_.find(id);
    if (found == live_.end()) continue;
    found->second.seen = counters;
    found->second.last_data = last_data;
  }
  if (totals_due_ > 0) --totals_due_;
  totals_told_.notify();
}

void Tunnels::on(const tunnel::DtlsReport& report) {
  using State = tunnel::DtlsReport::State;
  const auto found = live_.find(report.id);
  if (found == live_.end()) return;
  const bool was_up = found->second.dtls.state == State::up;
  found->second.dtls = report;
  record(found->second);
  const log::Field session{"session", static_cast<std::int64_t>(report.id.session)};
  if (report.state == State::up) {
    log::notice(
        was_up ? "DTLS goes on" : "DTLS up",
        {session, {"peer", report.peer.to_text()}, {"version", report.version}, {"cipher", report.cipher}});
  } else if (report.state == State::none) {
    log::notice(was_up ? "DTLS down: data goes over TLS" : "no DTLS", {session, {"why", report.why}});
  }
}

// Phase 6, of the attempt that made the tunnel.
void Tunnels::record(const LiveTunnel& live) {
  using State = tunnel::DtlsReport::State;
  const auto step = live.dtls.state == State::up            ? flow::Step::finished
                    : live.dtls.state == State::negotiating ? flow::Step::received
                                                            : flow::Step::gave_up;
  flow::Event event(live.attempt, flow::Phase::dtls, step);
  event.with(flow::FieldName::session, static_cast<std::int64_t>(live.id.session));
  if (live.dtls.state == State::up) {
    event.with(flow::FieldName::peer, live.dtls.peer.to_text())
        .with(flow::FieldName::version, live.dtls.version)
        .with(flow::FieldName::cipher, live.dtls.cipher);
  }
  flow_.record(event);
}

void Tunnels::on(const tunnel::Ended& ended) {
  const auto id = ended.totals.id;
  LiveTunnel last{.id = id};
  if (auto entry = live_.extract(id)) last = std::move(entry.mapped());
  last.seen = ended.totals.counters;
  last.last_data = ended.totals.last_data;
  log::notice("tunnel ended: " + std::string(name_of(ended.cause)),
              {{"session", static_cast<std::int64_t>(id.session)},
               {"why", ended.why},
               {"rx_bytes", static_cast<std::int64_t>(last.seen.rx_bytes)},
               {"tx_bytes", static_cast<std::int64_t>(last.seen.tx_bytes)}});
  proto::TokenLife life;
  if (ended.cause == EndCause::disconnected) {
    const auto reason = ended.said ? ended.said->reason : std::nullopt;
    life = proto::token_life_after_disconnect(reason, last.agent, true);
  }
  spawn(settle(std::move(last), life), "a session's end");
}

// The session after its tunnel: accounted, and detached or gone. Nothing of that if a later tunnel has it.
net::Task<void> Tunnels::settle(LiveTunnel ended, proto::TokenLife life) {
  for (;;) {
    auto session = or_throw(co_await sessions_.find(ended.id.session));
    if (!session) co_return;
    add_rest(session->totals, ended);
    if (session->generation == ended.id.generation) {
      if (life && life->count() == 0) {
        or_throw(co_await sessions_.remove(session->id));
        co_return;
      }
      store::detach(*session, clock_.now(), life);
    }
    const auto updated = co_await sessions_.update(*session);
    if (updated) co_return;
    if (updated.error().kind != ErrorKind::conflict) throw Failure(updated.error());
  }
}

net::Task<void> Tunnels::account(LiveTunnel live) {
  // Counted as accounted at once: if the tunnel ends meanwhile, its end adds the rest only.
  const auto mark = [this, &live](const tunnel::Counters& accounted) {
    const auto found = live_.find(live.id);
    if (found != live_.end()) found->second.accounted = accounted;
  };
  mark(live.seen);
  Result<store::Session> updated = fail(ErrorKind::conflict, "");
  while (!updated && updated.error().kind == ErrorKind::conflict) {
    auto session = or_throw(co_await sessions_.find(live.id.session));
    if (!session) {
      // It was removed while this tunnel's CONNECT was under way, and the End was an earlier tunnel's.
      worker_of(live.id.session).post(tunnel::End{live.id, std::nullopt});
      co_return;
    }
    add_rest(session->totals, live);
    session->last_active = std::max(session->last_active, as_session_time(live.last_data, clock_.now()));
    updated = co_await sessions_.update(*session);
  }
  if (!updated) mark(live.accounted);  // the next minute tries again
}

net::Task<void> Tunnels::keep_time() {
  for (int ticks = 1;; ++ticks) {
    co_await net::sleep(tick);
    co_await refresh();
    try {
      co_await end_expired();
      co_await end_idle();
      if (ticks % ticks_per_accounting == 0) co_await account_all();
    } catch (const Failure& failure) {  // a full disk, say: the next tick may fare better
      log::warning("sessions could not be kept in time: " + failure.error().text);
    }
  }
}

net::Task<void> Tunnels::account_all() {
  const auto all = live_;  // tunnels come and go while we wait
  for (const auto& [id, live] : all) co_await account(live);
}

net::Task<void> Tunnels::end_expired() {
  const auto expired = co_await sessions_.expire(clock_.now());
  if (!expired) co_return;  // the store has said what is wrong with it
  for (const auto& session : *expired) {
    if (session.connected_at) {
      tell_end(session, proto::TunnelEnd::session_timeout);
    } else {
      log::notice("session expired",
                  {{"user", session.user}, {"session", static_cast<std::int64_t>(session.id)}});
    }
  }
}

net::Task<void> Tunnels::end_idle() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<tunnel::TunnelId> idle;
  for (const auto& [id, live] : live_) {
    if (live.idle_timeout.count() > 0 && now - live.last_data >= live.idle_timeout) idle.push_back(id);
  }
  for (const auto id : idle) {
    const auto session = or_throw(co_await sessions_.find(id.session));
    if (session && session->generation == id.generation) {
      co_await end(*session, proto::TunnelEnd::idle_timeout);
    }
  }
}

}  // namespace sallyport::gateway
