#include "tunnel/tls_renewal.hpp"

#include <utility>

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;
using proto::RekeyAction;
using proto::Time;

// A client that renegotiates sends nothing until it has the gateway's last message.
constexpr auto client_limit = 15s;
constexpr auto gateway_limit = 10s;

}  // namespace

proto::TlsFacts tls_facts(const tls::Connection& connection) {
  return {.tls13 = connection.version() == "TLSv1.3",
          .secure_renegotiation = connection.secure_renegotiation()};
}

TlsRenewal::TlsRenewal(Rekey rekey, TlsChannel& channel, Time now)
    : rekey_(rekey),
      channel_(channel),
      gateway_(channel.connection().is_server()),
      schedule_(rekey.action, rekey.every, now),
      last_(now) {
  if (gateway_) permit(now);
}

TlsRenewal::News TlsRenewal::look(Time now) {
  return gateway_ ? watch(now) : renew(now);
}

Time TlsRenewal::next() const {
  if (gateway_) return std::min(permit_at_, limit_);
  return asked_ ? limit_ : schedule_.next();
}

// --- client

TlsRenewal::News TlsRenewal::renew(Time now) {
  if (asked_) return follow_renewal(now);
  switch (schedule_.due(now)) {
    case RekeyAction::none:
      return News::none;
    case RekeyAction::new_tunnel:
      return only_new_tunnel("");
    case RekeyAction::key_update:
    case RekeyAction::renegotiate:
      break;
  }
  asked_ = true;
  limit_ = now + client_limit;
  channel_.renew(rekey_.action);
  return follow_renewal(now);
}

TlsRenewal::News TlsRenewal::follow_renewal(Time now) {
  if (const auto& failure = channel_.renewal_failure()) return only_new_tunnel(failure->text);
  if (channel_.is_broken()) return News::none;  // the next read says why
  if (!channel_.is_renewing()) {
    asked_ = begun_ = false;
    schedule_.done(now);
    return News::renewed;
  }
  if (now >= limit_) return only_new_tunnel("the keys could not be renewed in time");
  const bool running = channel_.connection().renegotiating();
  return running && !std::exchange(begun_, true) ? News::begun : News::none;
}

TlsRenewal::News TlsRenewal::only_new_tunnel(std::string why) {
  rekey_ = {};
  schedule_ = proto::RekeySchedule(RekeyAction::none, 0s, last_);
  asked_ = false;
  why_ = std::move(why);
  return News::new_tunnel;
}

// --- gateway

void TlsRenewal::permit(Time now) {
  if (rekey_.action != RekeyAction::renegotiate) return;
  const bool allowed = !proto::rekey_comes_too_soon(rekey_.every, last_, now);
  channel_.allow_renegotiation(allowed);
  permit_at_ = allowed ? Time::max() : last_ + proto::Duration(rekey_.every) / 2;
}

TlsRenewal::News TlsRenewal::watch(Time now) {
  if (rekey_.action != RekeyAction::renegotiate) return News::none;
  if (channel_.connection().renegotiating()) {
    if (limit_ == Time::max()) limit_ = now + gateway_limit;
    if (now < limit_) return News::none;
    why_ = "the client did not finish a renegotiation in time";
    return News::overdue;
  }
  const auto finished = channel_.connection().renegotiations();
  if (finished != std::exchange(renegotiations_, finished)) {
    last_ = now;
    limit_ = Time::max();
    permit(now);
    return News::renewed;
  }
  if (now >= permit_at_) permit(now);
  return News::none;
}

}  // namespace sallyport::tunnel
