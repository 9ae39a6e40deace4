#include "proto/rekey.hpp"

namespace sallyport::proto {

RekeyAction tls_rekey(RekeyMethod method, TlsFacts tls) {
  if (method == RekeyMethod::none) return RekeyAction::none;
  if (method == RekeyMethod::new_tunnel) return RekeyAction::new_tunnel;
  if (tls.tls13) return RekeyAction::key_update;
  return tls.secure_renegotiation ? RekeyAction::renegotiate : RekeyAction::new_tunnel;
}

RekeyAction dtls_rekey(RekeyMethod method) {
  return method == RekeyMethod::none ? RekeyAction::none : RekeyAction::new_tunnel;
}

bool rekey_comes_too_soon(std::chrono::seconds announced, Time last, Time now) {
  return 2 * (now - last) < announced;
}

RekeySchedule::RekeySchedule(RekeyAction action, std::chrono::seconds every, Time established)
    : action_(every > std::chrono::seconds(0) ? action : RekeyAction::none),
      every_(every),
      last_(established) {}

RekeyAction RekeySchedule::due(Time now) const {
  return now >= next() ? action_ : RekeyAction::none;
}

Time RekeySchedule::next() const {
  return action_ == RekeyAction::none ? Time::max() : last_ + every_;
}

}  // namespace sallyport::proto
