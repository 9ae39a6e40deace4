#include "gateway/tunnels.hpp"

#include <limits>

#include "base/log.hpp"
#include "gateway/tunnel_events.hpp"
#include "gateway/worker_keeper.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;
using tunnel::EndCause;

constexpr seconds tick{1};  // how exact idle and session timeouts are
constexpr int ticks_per_accounting = 60;
constexpr seconds retry_pause{2};
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

}  // namespace

void add_rest(store::Totals& totals, const LiveTunnel& live) {
  totals.rx_packets += live.seen.rx_packets - live.accounted.rx_packets;
  totals.rx_bytes += live.seen.rx_bytes - live.accounted.rx_bytes;
  totals.tx_packets += live.seen.tx_packets - live.accounted.tx_packets;
  totals.tx_bytes += live.seen.tx_bytes - live.accounted.tx_bytes;
}

Tunnels::Tunnels(const net::Executor& owner, store::SessionStore& sessions, SessionClock clock)
    : owner_(owner), sessions_(sessions), clock_(clock), totals_told_(owner), accounted_(owner) {}

Result<void> Tunnels::start(std::vector<Descriptor> queues, std::vector<Descriptor> udp_sockets,
                            tunnel::Offloads offloads) {
  const auto each = queues.empty() ? 0 : udp_sockets.size() / queues.size();
  auto next_socket = std::make_move_iterator(udp_sockets.begin());
  const auto board = queues.size() > 1 ? std::make_shared<tunnel::Switchboard>() : nullptr;
  for (auto& queue : queues) {
    std::vector<Descriptor> udp(next_socket, next_socket + static_cast<std::ptrdiff_t>(each));
    next_socket += static_cast<std::ptrdiff_t>(each);
    const auto tell = [this](tunnel::Event event) {
      const auto shared = std::make_shared<tunnel::Event>(std::move(event));
      net::post(owner_, [this, shared] { hear(std::move(*shared)); });
    };
    tunnel::WorkerSettings settings{.tun = std::move(queue), .udp = std::move(udp), .offloads = offloads};
    settings.place = {board, workers_.size()};
    workers_.push_back(TRY(tunnel::Worker::start(std::move(settings), tell)));
  }
  spawn(keep_time(), "the sessions' clock");
  return {};
}

void Tunnels::use_keeper(std::vector<Descriptor> sockets) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->post(tunnel::UseKeeper{std::make_unique<WorkerKeeper>(std::move(sockets.at(i)))});
  }
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
  const auto id = about.id;
  // In this order: what the worker says of the tunnel comes after the entry is there.
  net::dispatch(owner_, [this, about = std::move(about)] { begin(about); });
  worker_of(id.session).post(std::move(command));
  net::post(owner_, [this, id] { spawn(confirm(id), "a tunnel's beginning"); });
}

// Behind a later tunnel of its session it comes too late and ends at once: what its own CONNECT found stored
// of the idle time is not to be handed back then.
void Tunnels::begin(LiveTunnel live) {
  if (const auto* later = successor_of(live.id)) live.idle = later->idle;
  live_.insert_or_assign(live.id, std::move(live));
}

// The session may have ended after its CONNECT had claimed it, or gone to another: whoever did that knew of
// no tunnel.
net::Task<void> Tunnels::confirm(tunnel::TunnelId id) {
  const auto session = or_throw(co_await sessions_.find(id.session));
  if (!session || session->generation != id.generation) {
    worker_of(id.session).post(tunnel::End{id, std::nullopt});
  }
}

void Tunnels::offer_dtls(tunnel::TunnelId id, tunnel::DtlsSettings settings) {
  worker_of(id.session).post(tunnel::OfferDtls{id, std::move(settings)});
}

void Tunnels::never_ran(tunnel::TunnelId id) {
  worker_of(id.session).post(tunnel::End{id, std::nullopt});
  net::post(owner_, [this, id] {
    // Its claim has fenced the earlier tunnel all the same.
    for (auto one = live_.lower_bound({id.session, 0}); one != live_.end() && one->first < id; ++one) {
      worker_of(id.session).post(tunnel::End{one->first, std::nullopt});
    }
    spawn(settle({.id = id}), "a session's end");
  });
}

net::Task<void> Tunnels::end(store::Session session, proto::TunnelEnd why) {
  tell_end(session, why);
  or_throw(co_await sessions_.remove(session.id));
}

void Tunnels::tell_end(const store::Session& session, proto::TunnelEnd why) {
  const tunnel::TunnelId id{session.id, session.generation};
  net::post(owner_, [this, id, why] {
    const auto* live = find(id);
    const auto attempt = live == nullptr ? 0 : live->attempt;
    flow_.record(life_event(attempt, id.session, flow::Step::ended, words_for(why)));
  });
  tunnel::End command{id, std::nullopt};
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

LiveTunnel* Tunnels::successor_of(tunnel::TunnelId id) {
  const auto next = live_.upper_bound(id);
  return next != live_.end() && next->first.session == id.session ? &next->second : nullptr;
}

const LiveTunnel* Tunnels::newest_of(store::SessionId id) const {
  const auto next = live_.upper_bound({id, std::numeric_limits<std::uint64_t>::max()});
  if (next == live_.begin()) return nullptr;
  const auto& newest = std::prev(next)->second;
  return newest.id.session == id ? &newest : nullptr;
}

net::Task<void> Tunnels::refresh() {
  if (totals_due_ == 0) {
    totals_due_ = workers_.size();
    told_ = {{}, ended_drops_};
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
    tunnel::add(told_.dropped, counters.dropped);
    if (last_data) found->second.idle->data_at(*last_data);
  }
  tunnel::add(told_.dropped, totals.nobody.dropped);
  told_.features.limit_to(totals.features);
  if (totals_due_ > 0 && --totals_due_ == 0) data_path_ = told_;
  totals_told_.notify();
}

void Tunnels::on(const tunnel::DtlsReport& report) {
  using State = tunnel::DtlsReport::State;
  const auto found = live_.find(report.id);
  if (found == live_.end()) return;
  const auto before = std::exchange(found->second.dtls, report);
  const bool was_up = before.state == State::up;
  flow_.record(dtls_event(found->second, before));
  const log::Field session{"session", static_cast<std::int64_t>(report.id.session)};
  if (report.state == State::up) {
    log::notice(
        was_up ? "DTLS goes on" : "DTLS up",
        {session, {"peer", report.peer.to_text()}, {"version", report.version}, {"cipher", report.cipher}});
  } else if (report.state == State::none) {
    log::notice(was_up ? "DTLS down: data goes over TLS" : "no DTLS", {session, {"why", report.why}});
  }
}

void Tunnels::on(const tunnel::RekeyReport& report) {
  if (const auto* live = find(report.id)) {
    flow_.record(life_event(live->attempt, live->id.session, flow::Step::rekeyed));
  }
  log::notice("keys renewed by a renegotiation", {{"session", static_cast<std::int64_t>(report.id.session)}});
}

void Tunnels::on(const tunnel::Ended& ended) {
  const auto id = ended.totals.id;
  auto entry = live_.extract(id);
  if (!entry) return;
  auto last = std::move(entry.mapped());
  last.seen = ended.totals.counters;
  tunnel::add(ended_drops_, last.seen.dropped);
  if (ended.totals.last_data) last.idle->data_at(*ended.totals.last_data);
  // The successor that it overlapped with goes on from here; what it has carried itself is told again.
  auto* successor = successor_of(id);
  if (successor != nullptr) successor->idle = last.idle;
  // A client may close its old connection before the worker has the new one: it is not lost.
  const bool replaced = successor != nullptr && ended.cause == EndCause::lost;
  const auto cause = replaced ? EndCause::replaced : ended.cause;
  log::notice("tunnel ended: " + std::string(name_of(cause)),
              {{"session", static_cast<std::int64_t>(id.session)},
               {"why", ended.why},
               {"rx_bytes", static_cast<std::int64_t>(last.seen.rx_bytes)},
               {"tx_bytes", static_cast<std::int64_t>(last.seen.tx_bytes)}});
  flow_.record(end_event(last, cause));
  proto::TokenLife life;
  std::string_view gone_because;  // nothing: whoever asked for the end has told it
  if (cause == EndCause::disconnected) {
    const auto reason = ended.said ? ended.said->reason : std::nullopt;
    life = proto::token_life_after_disconnect(reason, last.agent);
    gone_because = "disconnected by the client";
  } else if (cause == EndCause::asked) {
    life = seconds(0);
  }
  spawn(settle(std::move(last), life, gone_because), "a session's end");
}

// The session after its tunnel: accounted, and detached or gone. Nothing of that if a later tunnel has it.
// What can't be read or written (a full disk) is tried again until it can: nobody else will.
net::Task<void> Tunnels::settle(LiveTunnel ended, proto::TokenLife life, std::string_view gone_because) {
  const auto at = clock_.now();
  const auto idle =
      ended.idle ? std::optional(ended.idle->at(std::chrono::steady_clock::now())) : std::nullopt;
  for (;;) {
    const auto found = co_await sessions_.find(ended.id.session);
    if (!found) {
      co_await net::sleep(retry_pause);
      continue;
    }
    auto session = *found;
    if (!session) co_return;
    const bool is_latest = session->generation == ended.id.generation;
    if (is_latest && life && life->count() == 0) {
      const auto removed = co_await sessions_.remove(session->id);
      if (removed) {
        if (!gone_because.empty()) {
          flow_.record(life_event(ended.attempt, ended.id.session, flow::Step::ended, gone_because));
        }
        co_return;
      }
      co_await net::sleep(retry_pause);
      continue;
    }
    add_rest(session->totals, ended);
    if (is_latest) {
      if (idle) session->idle = *idle;
      store::detach(*session, at, life);
    }
    const auto updated = co_await sessions_.update(*session);
    if (updated && is_latest) {
      flow_.record(life_event(ended.attempt, ended.id.session, flow::Step::detached));
    }
    if (updated) co_return;
    if (updated.error().kind != ErrorKind::conflict) co_await net::sleep(retry_pause);
  }
}

net::Task<void> Tunnels::account(tunnel::TunnelId id) {
  auto found = live_.find(id);
  if (found == live_.end()) co_return;
  const auto live = found->second;
  const auto idle = live.idle->at(std::chrono::steady_clock::now());
  // Counted as accounted at once: if the tunnel ends meanwhile, its end adds the rest only.
  found->second.accounted = live.seen;
  Result<store::Session> updated = fail(ErrorKind::conflict, "");
  while (!updated && updated.error().kind == ErrorKind::conflict) {
    auto session = or_throw(co_await sessions_.find(id.session));
    if (!session) {
      // It was removed while this tunnel's CONNECT was under way, and the End was an earlier tunnel's.
      worker_of(id.session).post(tunnel::End{id, std::nullopt});
      co_return;
    }
    add_rest(session->totals, live);
    if (session->generation == id.generation) session->idle = idle;
    updated = co_await sessions_.update(*session);
  }
  if (updated) co_return;
  found = live_.find(id);
  if (found != live_.end()) {
    found->second.accounted = live.accounted;  // the next minute tries again
  } else {                                     // it has ended meanwhile, and nobody else will
    spawn(settle({.id = id, .seen = live.seen, .accounted = live.accounted}), "a session's accounting");
  }
}

net::Task<void> Tunnels::account_one_of_all(tunnel::TunnelId id) {
  try {
    co_await account(id);
  } catch (const Failure& failure) {
    log::warning("a session could not be accounted: " + failure.error().text);
  }
  --accounts_due_;
  accounted_.notify();
}

// All side by side: the store writes in one transaction what waits together.
net::Task<void> Tunnels::save() {
  co_await refresh();
  accounts_due_ += live_.size();
  for (const auto& [id, live] : live_) spawn(account_one_of_all(id), "accounting");
  while (accounts_due_ > 0) co_await accounted_.wait();
}

net::Task<void> Tunnels::keep_time() {
  for (int ticks = 1;; ++ticks) {
    co_await net::sleep(tick);
    co_await end_due();
    co_await end_expired();
    if (ticks % ticks_per_accounting == 0) co_await save();
  }
}

// The tunnels that have to end, by what is known of them, and why.
std::vector<std::pair<tunnel::TunnelId, proto::TunnelEnd>> Tunnels::due() const {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<tunnel::TunnelId, proto::TunnelEnd>> due;
  for (const auto& [id, live] : live_) {
    if (live.expires_at && *live.expires_at <= clock_.now()) {
      due.emplace_back(id, proto::TunnelEnd::session_timeout);
    } else if (live.idle->is_over(live.idle_timeout, now)) {
      due.emplace_back(id, proto::TunnelEnd::idle_timeout);
    }
  }
  return due;
}

net::Task<void> Tunnels::end_due() {
  if (due().empty()) co_return;
  co_await refresh();  // what was told last may be a minute old
  const auto all = due();
  for (const auto& [id, why] : all) {
    try {
      const auto session = or_throw(co_await sessions_.find(id.session));
      if (session && session->generation == id.generation) co_await end(*session, why);
    } catch (const Failure& failure) {  // a full disk, say; the tunnel's end tries again
      log::warning("a session's end could not be stored: " + failure.error().text);
    }
  }
}

// Those without a tunnel; and whose tunnel is just about to begin.
net::Task<void> Tunnels::end_expired() {
  const auto expired = co_await sessions_.expire(clock_.now());
  if (!expired) co_return;  // the store has said what is wrong with it
  for (const auto& session : *expired) {
    if (session.connected_at) {
      tell_end(session, proto::TunnelEnd::session_timeout);
    } else {
      flow_.record(life_event(0, session.id, flow::Step::ended, "expired"));
      log::notice("session expired",
                  {{"user", session.user}, {"session", static_cast<std::int64_t>(session.id)}});
    }
  }
}

}  // namespace sallyport::gateway
