#include "client/tunnel_life.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "client/dtls.hpp"
#include "client/dtls_life.hpp"
#include "client/reconnect.hpp"
#include "client/reconnect_plan.hpp"
#include "client/terminal_text.hpp"
#include "client/tunnel_lines.hpp"
#include "proto/lifetimes.hpp"
#include "sys/network_events.hpp"

namespace sallyport::client {

namespace {

using Clock = proto::Time::clock;
using Cause = ReconnectPlan::Cause;

Ended how_it_ended(const tunnel::Ended& ended) {
  std::string text = "the tunnel ended: " + terminal_line(ended.why);
  if (ended.cause == tunnel::EndCause::disconnected) {
    text = "the gateway ended the session";
    if (ended.said && !ended.said->text.empty()) text += ": " + terminal_line(ended.said->text);
  }
  return {ExitCode::failed, {ErrorKind::closed, std::move(text)}};
}

void record(const Attempt& attempt, flow::Step step, std::string_view reason = {}) {
  auto event = Attempt::event(flow::Phase::life, step);
  if (!reason.empty()) event.with(flow::FieldName::reason, reason);
  attempt.record(event);
}

void show_renewal(proto::RekeyAction by, const Console& console) {
  if (!console.verbose()) return;
  const bool in_tls_13 = by == proto::RekeyAction::key_update;
  console.say(in_tls_13 ? "keys renewed (TLS KeyUpdate)" : "keys renewed (TLS renegotiation)");
}

class Life {
 public:
  Life(const HttpSession& session, const Admission& admission, Opened opened, const Attempt& attempt,
       net::Executor executor)
      : session_(session),
        admission_(admission),
        attempt_(attempt),
        executor_(std::move(executor)),
        opened_(std::move(opened)),
        plan_(attempt.options.reconnect_timeout),
        network_(attempt.tunnel) {}

  // Until the user ends it.
  net::Task<void> run();

 private:
  // What happens.
  net::Task<void> on(const tunnel::Ended& ended);
  net::Task<void> on(const tunnel::Totals& totals);
  net::Task<void> on(const tunnel::DtlsReport& report);
  net::Task<void> on(const tunnel::RekeyReport& report);
  net::Task<void> on(proto::UserWish wish);
  net::Task<void> on(TimeUp time);
  net::Task<void> on(NetworkChanged);
  net::Task<void> on(TryEnded);

  // What is done then.
  void begin();
  void leave_the_starter();
  void obey(ReconnectPlan::Next next);
  bool way_stands() const;
  std::vector<Address> inner_addresses() const;
  void try_now();
  void fail(const std::string& why);
  void tell_loss(const tunnel::Ended& ended, ReconnectPlan::Next next) const;
  std::string time_of(ReconnectPlan::Next next) const;
  net::Task<void> build(Answered answered);
  void keep_addresses(Path& path) const;
  net::Task<void> end(std::optional<proto::Disconnect> word, std::string_view told);
  net::Task<bool> end_new_tunnel(proto::Disconnect word);

  const HttpSession& session_;
  const Admission& admission_;
  const Attempt& attempt_;
  net::Executor executor_;

  Opened opened_;  // the tunnel that runs, or was the last
  std::optional<DtlsLife> dtls_;
  bool first_ = true;       // none has carried data yet
  bool announced_ = false;  // that it carries data
  bool over_ = false;

  ReconnectPlan plan_;
  std::optional<net::Alarm> next_try_;
  std::shared_ptr<Reconnect> try_;
  std::optional<tunnel::Ended> parting_;  // of the old tunnel, while the answer to a CONNECT may explain it
  NetworkWatch network_;
};

net::Task<void> Life::run() {
  net::spawn(executor_, network_.run(), [&console = attempt_.console](const Error& error) {
    console.complain("changes of the network are not noticed: " + error.text);
  });
  begin();
  while (!over_) {
    const auto happening = co_await attempt_.tunnel.next();
    auto handled = std::visit([this](const auto& what) { return on(what); }, happening);
    co_await std::move(handled);
  }
}

// A tunnel runs.
void Life::begin() {
  announced_ = false;
  dtls_.emplace(opened_, attempt_, executor_);
  start_dtls(std::move(opened_.dtls), attempt_);
}

void Life::leave_the_starter() {
  if (attempt_.options.background) setsid();  // as the front does: a terminal's Ctrl-Z would stop us
  attempt_.front.tell_that_the_tunnel_stands();
}

net::Task<void> Life::on(const tunnel::Ended& ended) {
  using tunnel::EndCause;
  const bool lost = ended.cause == EndCause::lost || ended.cause == EndCause::silent;
  // A gateway that gives the session a new tunnel closes the old one, ocserv with a DISCONNECT: then its
  // answer is on the way.
  const bool may_be_replaced = try_ && try_->has_asked() && (lost || ended.cause == EndCause::disconnected);
  if (!lost && !may_be_replaced) {
    record(attempt_, flow::Step::ended, name_of(ended.cause));
    throw how_it_ended(ended);
  }
  record(attempt_, may_be_replaced ? flow::Step::taken_over : flow::Step::lost, name_of(ended.cause));
  dtls_.reset();
  co_await attempt_.tunnel.stop();
  const auto next = plan_.lost(Clock::now());
  if (may_be_replaced) {
    parting_ = ended;
  } else {
    tell_loss(ended, next);
  }
  obey(next);
}

void Life::tell_loss(const tunnel::Ended& ended, ReconnectPlan::Next next) const {
  const auto when = next == ReconnectPlan::Next::wait ? time_of(next) : ": reconnecting";
  attempt_.console.complain("the connection was lost (" + terminal_line(ended.why) + ")" + when);
}

net::Task<void> Life::on(const tunnel::Totals& totals) {
  if (!announced_) {
    announced_ = true;
    const bool first = std::exchange(first_, false);
    attempt_.console.announce(first ? connected_line(opened_.facts) : reconnect_line(opened_.facts));
    if (first) leave_the_starter();
    co_return;
  }
  auto carried = attempt_.tunnel.carried_before();
  for (const auto& tunnel : totals.tunnels) carried.add(tunnel.counters);
  attempt_.console.complain(statistics_line(carried));
}

net::Task<void> Life::on(const tunnel::DtlsReport& report) {
  if (dtls_) co_await dtls_->on(report);
}

net::Task<void> Life::on(const tunnel::RekeyReport& report) {
  if (report.action != proto::RekeyAction::new_tunnel) {
    record(attempt_, flow::Step::rekeyed);
    show_renewal(report.action, attempt_.console);
    co_return;
  }
  const auto next = plan_.want(Cause::keys, Clock::now());
  if (next == ReconnectPlan::Next::try_now) {
    const auto why = report.why.empty() ? "" : ": " + terminal_line(report.why);
    attempt_.console.say("a new tunnel renews the keys" + why);
  }
  obey(next);
}

net::Task<void> Life::on(proto::UserWish wish) {
  switch (wish) {
    case proto::UserWish::end:
      co_await end(proto::Disconnect{proto::disconnect_reason::user, "ended by the user"}, "disconnected");
      break;
    case proto::UserWish::detach:
      co_await end(std::nullopt, "detached");
      break;
    case proto::UserWish::reconnect:
      if (try_ && try_->has_asked()) break;  // the answer is on the way
      attempt_.console.say("reconnecting, as the user wishes");
      obey(plan_.want(Cause::user, Clock::now()));
      break;
    case proto::UserWish::statistics:
      if (attempt_.tunnel.is_running()) {
        attempt_.tunnel.post(tunnel::AskTotals{});
      } else {
        attempt_.console.complain(statistics_line(attempt_.tunnel.carried_before()));
      }
      break;
  }
}

net::Task<void> Life::on(TimeUp time) {
  if (time.what == TimeUp::For::next_try) obey(plan_.due(Clock::now()));
  if (time.what == TimeUp::For::end_of_dtls && dtls_) dtls_->tell_end();
  co_return;
}

// Where no way leads to any of the gateway's addresses now, a tunnel may still come back to life: DPD will
// tell.
bool Life::way_stands() const {
  const auto& path = opened_.path;
  if (const auto local = sys::address_towards(path.gateway)) return *local == path.local;
  return std::ranges::none_of(path.others, [inner = inner_addresses()](const Endpoint& other) {
    return can_be_reached(other, inner);
  });
}

net::Task<void> Life::on(NetworkChanged) {
  if (plan_.is_up() && way_stands()) co_return;
  const auto next = plan_.want(Cause::network, Clock::now());
  if (next == ReconnectPlan::Next::try_now) {
    attempt_.console.complain("the network has changed: reconnecting");
  }
  obey(next);
}

void Life::obey(ReconnectPlan::Next next) {
  using enum ReconnectPlan::Next;
  switch (next) {
    case nothing:
      break;
    case try_now:
      this->try_now();
      break;
    case wait: {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(plan_.next_try() - Clock::now());
      next_try_.emplace(executor_, std::max(left, std::chrono::milliseconds(0)),
                        [&tunnel = attempt_.tunnel] { tunnel.put(TimeUp{TimeUp::For::next_try}); });
      break;
    }
    case give_up:  // fail() does
      break;
  }
}

std::vector<Address> Life::inner_addresses() const {
  std::vector<Address> addresses;
  for (const auto& inner : {opened_.facts.ipv4, opened_.facts.ipv6}) {
    if (inner) addresses.push_back(inner->address());
  }
  return addresses;
}

void Life::try_now() {
  if (try_) try_->abandon();
  next_try_.reset();
  const auto& path = opened_.path;
  const bool to_be_found = !plan_.is_up() || plan_.cause() != Cause::keys;
  std::vector<Endpoint> addresses{path.gateway};
  if (to_be_found) addresses.insert(addresses.end(), path.others.begin(), path.others.end());
  Reconnect::Terms terms{session_.beside(),
                         admission_.token,
                         inner_addresses(),
                         std::move(addresses),
                         to_be_found && opened_.agreement.reply.dynamic_dns,
                         to_be_found ? &network_ : nullptr};
  try_ = Reconnect::start(executor_, std::move(terms), attempt_);
}

net::Task<void> Life::on(TryEnded) {
  if (!try_ || !try_->is_over()) co_return;  // one that was abandoned meanwhile
  const auto tried = std::exchange(try_, nullptr);
  const auto parting = std::exchange(parting_, std::nullopt);
  if (tried->answered && tried->answered->reply.status == 200) {
    co_await build(std::move(*tried->answered));
    co_return;
  }
  if (parting && parting->cause == tunnel::EndCause::disconnected) throw how_it_ended(*parting);
  if (parting) tell_loss(*parting, ReconnectPlan::Next::nothing);
  if (tried->certificate_blocked && !plan_.is_up())
    throw Ended(ExitCode::certificate_blocked, tried->failure);
  if (!tried->answered) {
    fail(tried->failure.text);
    co_return;
  }
  const auto& reply = tried->answered->reply;
  // As long as the tunnel works, the session is there, whatever this gateway says.
  if (!proto::may_reconnect_after(reply.status) && !plan_.is_up() && tried->is_from_the_session()) {
    throw Ended(ExitCode::login_failed,
                {ErrorKind::denied, "the gateway no longer knows the session: " + describe(reply)});
  }
  fail(refused_tunnel(reply).text);
}

// The end of a sentence.
std::string Life::time_of(ReconnectPlan::Next next) const {
  if (next != ReconnectPlan::Next::wait) return "";
  const auto left = std::chrono::round<std::chrono::seconds>(plan_.next_try() - Clock::now());
  return fmt::format("; the next try is in {} s", left.count());
}

void Life::fail(const std::string& why) {
  const auto& console = attempt_.console;
  const auto next = plan_.failed(Clock::now());
  if (next == ReconnectPlan::Next::give_up) {
    const auto limit = attempt_.options.reconnect_timeout.count();
    throw Ended(ExitCode::failed,
                {ErrorKind::closed,
                 fmt::format("the connection could not be made again within {} s: {}", limit, why)});
  }
  const std::string what = plan_.is_up() ? "no new connection, the old one goes on: " : "cannot reconnect: ";
  console.complain(what + why + time_of(next));
  obey(next);
}

// This try may have asked at one of them only.
void Life::keep_addresses(Path& path) const {
  auto known = opened_.path.others;
  known.push_back(opened_.path.gateway);
  for (const auto& address : known) {
    const bool is_new = std::ranges::find(path.others, address) == path.others.end();
    if (is_new && address != path.gateway) path.others.push_back(address);
  }
  // Those that were found longest ago come last.
  if (path.others.size() >= proto::max_gateway_addresses)
    path.others.resize(proto::max_gateway_addresses - 1);
}

net::Task<void> Life::build(Answered answered) {
  dtls_.reset();
  next_try_.reset();
  auto banner = opened_.agreement.banner;
  auto opened = co_await open_tunnel(std::move(answered), std::move(banner), attempt_);
  keep_addresses(opened.path);
  opened_ = std::move(opened);
  const bool network_changed = plan_.built(Clock::now());
  begin();
  if (network_changed) attempt_.tunnel.put(NetworkChanged{});
}

net::Task<void> Life::end(std::optional<proto::Disconnect> word, std::string_view told) {
  over_ = true;
  const auto step = word ? flow::Step::ended : flow::Step::detached;
  bool is_told = false;
  if (word) is_told = co_await end_new_tunnel(*word);
  if (try_) try_->abandon();
  std::string line(told);
  const bool stays = !word || (!is_told && !attempt_.tunnel.is_running());
  if (is_told) word.reset();
  if (stays) line += ": the session stays at the gateway for a while";
  co_await attempt_.tunnel.say_goodbye(std::move(word));
  record(attempt_, step, told);
  attempt_.console.say(line);
}

// Once the gateway has taken a CONNECT, it no longer listens to the old tunnel. True: it has been told.
net::Task<bool> Life::end_new_tunnel(proto::Disconnect word) {
  if (!try_ || !try_->has_asked()) co_return false;
  co_await attempt_.tunnel.look_on([this] { return try_->is_over(); });
  if (!try_->is_over() || !try_->answered || try_->answered->reply.status != 200) co_return false;
  co_await decline(try_->answered->connected, std::move(word));
  co_return true;
}

}  // namespace

net::Task<void> live(const HttpSession& session, const Admission& admission, Opened opened,
                     const Attempt& attempt) {
  const auto executor = co_await net::this_executor();
  Life life(session, admission, std::move(opened), attempt, executor);
  co_await life.run();
}

}  // namespace sallyport::client
