#include "gateway/tunnel_events.hpp"

namespace sallyport::gateway {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;
using State = tunnel::DtlsReport::State;

Step step_of(State now, bool was_up) {
  if (now == State::up) return Step::finished;
  if (now == State::negotiating) return Step::received;  // a hello
  return was_up ? Step::lost : Step::gave_up;
}

flow::Event event_of(std::uint64_t attempt, store::SessionId session, Phase phase, Step step) {
  flow::Event event(attempt, phase, step);
  event.with(FieldName::session, static_cast<std::int64_t>(session));
  return event;
}

}  // namespace

flow::Event dtls_event(const LiveTunnel& live, const tunnel::DtlsReport& before) {
  const auto& now = live.dtls;
  const bool was_up = before.state == State::up;
  if (was_up && now.state == State::up && now.peer != before.peer) {
    return event_of(live.attempt, live.id.session, Phase::life, Step::roamed)
        .with(FieldName::peer, now.peer.to_text());
  }
  auto event = event_of(live.attempt, live.id.session, Phase::dtls, step_of(now.state, was_up));
  if (now.state == State::negotiating) event.direction = flow::Direction::from_peer;
  if (now.state == State::up) {
    event.with(FieldName::peer, now.peer.to_text())
        .with(FieldName::version, now.version)
        .with(FieldName::cipher, now.cipher)
        .with(FieldName::mtu, now.mtu);
  }
  if (now.state == State::none) event.with(FieldName::reason, now.why);
  return event;
}

flow::Event end_event(const LiveTunnel& last, tunnel::EndCause cause) {
  using tunnel::EndCause;
  if (cause == EndCause::replaced) return life_event(last.attempt, last.id.session, Step::taken_over);
  if (cause == EndCause::disconnected) {
    auto event = life_event(last.attempt, last.id.session, Step::received);
    event.direction = flow::Direction::from_peer;
    return event.with(FieldName::message, "DISCONNECT");
  }
  const auto step = cause == EndCause::asked ? Step::finished : Step::lost;
  return life_event(last.attempt, last.id.session, step, tunnel::name_of(cause));
}

flow::Event life_event(std::uint64_t attempt, store::SessionId session, Step step, std::string_view reason) {
  auto event = event_of(attempt, session, Phase::life, step);
  if (!reason.empty()) event.with(FieldName::reason, reason);
  return event;
}

}  // namespace sallyport::gateway
