#include "tunnel/dtls_channel.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "proto/dtls_frame.hpp"
#include "proto/mtu.hpp"
#include "tunnel/tunnel.hpp"

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;
using State = DtlsReport::State;
using proto::FrameType;
using proto::Keepalive;
using proto::Time;
using tls::Step;

constexpr int most_handshakes = 3;       // at once, of one tunnel
constexpr int handshake_burst = 8;       // ... begun at once
constexpr auto handshake_interval = 1s;  // ... and then
constexpr auto move_interval = 1s;       // how often a client may change its port
constexpr auto handshake_limit = 12s;    // openconnect's
constexpr auto ask_interval = 1s;        // while the peer may not have got our last flight
constexpr auto pause_after_end = 1s;     // before the client's next hello
constexpr auto heard_lately = 2s;        // what came over TLS then may have been under way
constexpr auto trial_time = 5s;          // for a client to try what the path carries
constexpr auto shortest_timer = 1ms;

}  // namespace

DtlsChannel::DtlsChannel(Tunnel& tunnel, DtlsShared& shared, DtlsSettings settings, Time now)
    : tunnel_(tunnel),
      shared_(shared),
      settings_(std::move(settings)),
      handshakes_begun_(handshake_interval, handshake_burst),
      moves_(move_interval, 3) {
  if (settings_.paced) pacer_.emplace();
  if (!settings_.gateway) return;
  schedule_.emplace(now, settings_.hellos);
  keep_schedule(now);
}

DtlsChannel::~DtlsChannel() {
  close();
}

// --- handshakes

Association* DtlsChannel::begin(const UdpRoute& route, Time now) {
  auto dtls = shared_.context.begin(settings_.keys);
  if (!dtls) {
    log::warning("no DTLS handshake: " + dtls.error().text);
    return nullptr;
  }
  auto made = std::make_unique<Association>(Association{.tunnel = tunnel_,
                                                        .dtls = std::move(*dtls),
                                                        .route = route,
                                                        .liveness = Keepalive(settings_.liveness, now),
                                                        .hello_random = {}});
  auto& association = *made;
  handshakes_.push_back(std::move(made));
  shared_.index.add(association);
  if (!current_) report(State::negotiating);
  return &association;
}

// From a new port: ocserv has bound the old one to the association that has ended, and passes over hellos
// that come from there (observed with ocserv 1.1.6).
void DtlsChannel::begin_as_client(Time now) {
  shared_.sockets.change_port(0);
  Association* begun = begin({.socket = 0, .path = {*settings_.gateway, std::nullopt}}, now);
  if (begun == nullptr) return;
  if (schedule_->given_up()) begun->expires = now + handshake_limit;  // else the schedule ends it
  shake_hands(*begun, {}, now);
}

void DtlsChannel::welcome(const proto::ClientHello& hello, MutableByteView datagram, const UdpRoute& route,
                          Time now) {
  const auto repeats = [&](const std::unique_ptr<Association>& one) {
    return one && std::ranges::equal(one->hello_random, hello.random);
  };
  // Whatever of ours got lost is repeated in its own time; a replay gets nothing.
  if (repeats(current_) || std::ranges::any_of(handshakes_, repeats)) return;
  if (handshakes_.size() >= most_handshakes || !handshakes_begun_.allow(now)) {
    return tunnel_.counters.drop(Drop::stray);
  }
  Association* begun = begin(route, now);
  if (begun == nullptr) return;
  begun->hello_random.assign(hello.random.begin(), hello.random.end());
  begun->expires = now + handshake_limit;
  shake_hands(*begun, datagram, now);
}

bool DtlsChannel::shake_hands(Association& association, MutableByteView datagram, Time now) {
  association.dtls.feed(datagram);
  const Step step = association.dtls.handshake();
  flush(association);
  if (step == Step::failed || step == Step::closed) {
    end(association, association.dtls.error().text, now);
    return false;
  }
  if (step != Step::done) {
    note_timer(association, now);
    return false;
  }
  association.retransmit_at = Time::max();
  association.liveness = Keepalive(settings_.liveness, now);
  // The client speaks first, so that the gateway hears whether its last flight has arrived, and the other way
  // round. A client that has nothing to say is asked.
  association.ask_at = settings_.gateway ? now : now + ask_interval;
  // A client is content with an answer only: handshakes may pass where data does not.
  if (!settings_.gateway && association.dtls.peer_has_finished()) confirm(association, now);
  return true;
}

void DtlsChannel::note_timer(Association& association, Time now) {
  const auto wait = association.dtls.retransmit_in();
  association.retransmit_at =
      wait ? now + std::max<proto::Duration>(*wait, shortest_timer) : proto::Time::max();
}

// Both ends have finished: it carries the data from now on.
void DtlsChannel::confirm(Association& association, Time now) {
  if (association.confirmed) return;
  association.confirmed = true;
  association.expires = Time::max();
  const auto place = std::ranges::find(handshakes_, &association, &std::unique_ptr<Association>::get);
  if (current_) shared_.index.remove(*current_);
  current_ = std::move(*place);
  // A late record of one that began before must not take over again.
  for (auto earlier = handshakes_.begin(); earlier != place; ++earlier) shared_.index.remove(**earlier);
  handshakes_.erase(handshakes_.begin(), place + 1);
  schedule_.reset();
  refusal_.clear();
  if (settings_.gateway) {
    search_.emplace(proto::min_ipv4_mtu, settings_.mtu, now);
    if (settings_.rekey_every.count() > 0) new_keys_at_ = now + settings_.rekey_every;
  } else {
    current_->trust_at = now + trial_time;
  }
  report(State::up);
}

// --- records

std::optional<MutableByteView> DtlsChannel::open(Association& association, MutableByteView datagram,
                                                 MutableByteView buffer, Time now) {
  association.dtls.feed(datagram);
  return open_next(association, buffer, now);
}

std::optional<MutableByteView> DtlsChannel::open_next(Association& association, MutableByteView buffer,
                                                      Time now) {
  MutableByteView plaintext;
  const Step step = association.dtls.read(buffer, plaintext);
  flush(association);  // it may repeat its last flight, or have something to refuse
  if (step == Step::done) return plaintext;
  if (step != Step::want_read) end(association, association.dtls.error().text, now);
  return std::nullopt;
}

void DtlsChannel::heard(Association& association, MutableByteView plaintext, const UdpRoute& route,
                        std::optional<std::uint64_t> sequence, Time now) {
  association.liveness.heard(now);
  if (std::exchange(association.silent, false)) report(State::up);
  if (const auto frame = proto::parse_dtls_frame(plaintext)) {
    const auto size = static_cast<std::uint16_t>(frame->payload.size());
    association.largest = std::max(association.largest, size);
    if (frame->type == FrameType::dpd_request && size > proto::min_ipv4_mtu) association.tries_sizes = true;
  }
  // Only what is newer than all before may move it: an old record comes late, or again from somebody else.
  if (sequence && *sequence >= association.newest) {
    association.newest = *sequence;
    if (association.route != route && moves_.allow(now)) {
      shared_.index.move(association, route);
      if (is_current(association)) report(State::up);
    }
  }
  confirm(association, now);
  if (is_current(association)) association.ask_at = Time::max();
}

bool DtlsChannel::has_to_wait(std::size_t records) const {
  if (!current_ || current_->silent) return false;
  const auto socket = route().socket;
  return !shared_.sockets.waiting(socket).empty() || !shared_.sockets.outbox(socket).has_room(records);
}

void DtlsChannel::answer(Association& association, ByteView frame, Time now) {
  write(association, frame);
  association.liveness.sent(now);
}

UdpSockets::Outcome DtlsChannel::write(Association& association, ByteView frame) {
  if (association.dtls.write(frame) != Step::done) return UdpSockets::Outcome::refused;
  return flush(association);
}

UdpSockets::Outcome DtlsChannel::flush(Association& association) {
  auto outcome = UdpSockets::Outcome::sent;
  for (const auto& datagram : association.dtls.output()) {
    const auto one = shared_.sockets.send(datagram, association.route);
    if (one != UdpSockets::Outcome::sent) outcome = one;
  }
  association.dtls.clear_output();
  return outcome;
}

// --- the path's MTU

std::uint16_t DtlsChannel::largest_packet() const {
  return std::min(settings_.mtu, settings_.gateway ? search_->largest() : current_->largest);
}

// Begins anew where the path has become narrower. A gateway's datagrams are cut into fragments then.
void DtlsChannel::search_mtu(Time now) {
  if (settings_.gateway && (!search_ || search_->is_done())) {
    search_.emplace(proto::min_ipv4_mtu, settings_.mtu, now);
  }
}

void DtlsChannel::continue_search(Time now) {
  if (!current_ || !search_ || search_->is_done()) return;
  while (const auto size = search_->due(now)) {
    if (write(*current_, proto::dtls_probe(*size)) == UdpSockets::Outcome::too_long) search_->refused(now);
  }
  if (search_->is_done()) report(State::up);
}

void DtlsChannel::probe_answered(Association& association, std::size_t packet, Time now) {
  if (pacer_) pacer_->answered(now);
  if (!is_current(association) || !search_ || search_->is_done()) return;
  search_->answered(packet, now);
  if (search_->is_done()) report(State::up);
}

// --- ends

void DtlsChannel::remove_handshake(const Association& association) {
  shared_.index.remove(association);
  std::erase_if(handshakes_, [&](const auto& one) { return one.get() == &association; });
}

void DtlsChannel::end(Association& association, std::string why, Time now) {
  association.dtls.shutdown();
  flush(association);
  if (is_current(association)) return lose_current(std::move(why), now);
  remove_handshake(association);
  refusal_ = why;
  if (!current_ && handshakes_.empty() && !schedule_) report(State::none, std::move(why));
}

void DtlsChannel::lose_current(std::string why, Time now) {
  shared_.index.remove(*current_);
  current_.reset();
  report(State::none, std::move(why));
  // Not at once: a gateway that closes each association must not make us shake hands without end.
  if (settings_.gateway) schedule_.emplace(now + pause_after_end, settings_.hellos);
}

// The client shakes hands anew. The gateway waits for it, and takes its data when the path is there again.
void DtlsChannel::fall_silent(std::string why, Time now) {
  if (settings_.gateway) return end(*current_, std::move(why), now);
  current_->silent = true;
  report(State::none, std::move(why));
}

// A client that has found out first would wait for our answers until we have, too. What crosses the moment in
// which DTLS came up, or is too long for it, says nothing.
void DtlsChannel::data_over_tls(std::size_t packet, Time now) {
  if (settings_.gateway || !carries(packet) || now < current_->liveness.last_heard() + heard_lately) return;
  fall_silent("the other end's data comes over TLS", now);
}

void DtlsChannel::close() {
  schedule_.reset();
  const auto say_goodbye = [this](Association& association) {
    association.dtls.shutdown();
    flush(association);
    shared_.index.remove(association);
  };
  if (current_) say_goodbye(*current_);
  current_.reset();
  for (const auto& one : handshakes_) say_goodbye(*one);
  handshakes_.clear();
}

void DtlsChannel::report(State state, std::string why) {
  DtlsReport report{.id = tunnel_.settings.id, .state = state, .why = std::move(why)};
  if (state == State::up) {
    report.version = current_->dtls.version();
    report.cipher = current_->dtls.cipher();
    report.peer = current_->route.path.peer;
    report.mtu = search_ && search_->is_done() ? search_->largest() : settings_.mtu;
  }
  shared_.tell(std::move(report));
}

// --- time

Time DtlsChannel::next() const {
  Time next = schedule_ ? schedule_->next() : Time::max();
  for (const auto& one : handshakes_) next = std::min({next, one->expires, one->retransmit_at, one->ask_at});
  if (current_) next = std::min({next, current_->liveness.next(), current_->ask_at, current_->trust_at});
  if (current_) next = std::min(next, new_keys_at_);
  if (current_ && search_) next = std::min(next, search_->next());
  return next;
}

void DtlsChannel::meet_deadlines(Time now) {
  if (pacer_) pacer_->rest();
  // From the back: an association that ends is taken out.
  for (std::size_t i = handshakes_.size(); i-- > 0;) meet_deadline(*handshakes_[i], now);
  if (current_ && now >= current_->ask_at) ask(*current_, now);
  if (current_) {
    switch (current_->liveness.due(now)) {
      case Keepalive::Action::give_up:
        end(*current_, "the other end has not been heard for too long", now);
        break;
      case Keepalive::Action::unanswered:
        fall_silent("the other end does not answer", now);
        break;
      case Keepalive::Action::probe:
        write(*current_, proto::dtls_frame(FrameType::dpd_request));
        break;
      case Keepalive::Action::keepalive:
        write(*current_, proto::dtls_frame(FrameType::keepalive));
        break;
      case Keepalive::Action::none:
        break;
    }
  }
  if (current_ && now >= current_->trust_at) {
    current_->trust_at = Time::max();
    if (!current_->tries_sizes) current_->largest = settings_.mtu;
  }
  if (current_ && now >= new_keys_at_) {
    new_keys_at_ = Time::max();
    shared_.tell(RekeyReport{tunnel_.settings.id, proto::RekeyAction::new_tunnel, {}});
  }
  continue_search(now);
  keep_schedule(now);
}

// The answer tells that both ends have finished. Without one the association is no good.
void DtlsChannel::ask(Association& association, Time now) {
  association.ask_at = now + ask_interval;
  write(association, proto::dtls_frame(FrameType::dpd_request));
  association.liveness.sent_data(now);
}

void DtlsChannel::meet_deadline(Association& handshake, Time now) {
  if (now >= handshake.expires) return end(handshake, "the handshake was not finished in time", now);
  if (now >= handshake.ask_at) ask(handshake, now);
  if (now < handshake.retransmit_at) return;
  const Step step = handshake.dtls.retransmit();
  flush(handshake);
  if (step == Step::failed) return end(handshake, handshake.dtls.error().text, now);
  note_timer(handshake, now);
}

// The client's hellos. While a handshake is under way, OpenSSL repeats its own.
void DtlsChannel::keep_schedule(Time now) {
  if (!schedule_) return;
  const auto drop_handshakes = [this] {
    while (!handshakes_.empty()) remove_handshake(*handshakes_.back());
  };
  switch (schedule_->due(now)) {
    case proto::DtlsBackoff::Action::none:
      break;
    case proto::DtlsBackoff::Action::hello:
      if (handshakes_.empty()) begin_as_client(now);
      break;
    case proto::DtlsBackoff::Action::give_up:
      drop_handshakes();
      report(State::given_up, refusal_.empty() ? "the gateway does not answer" : refusal_);
      break;
    case proto::DtlsBackoff::Action::attempt:
      drop_handshakes();
      begin_as_client(now);
      break;
  }
}

}  // namespace sallyport::tunnel
