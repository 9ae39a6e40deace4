// Rekeying of the tunnel (phase 6): the method both ends name in phase 5 and what the client does when its
// time has come. The gateway only judges whether a renegotiation comes too soon.
#pragma once

#include <chrono>
#include <cstdint>

#include "proto/time.hpp"

namespace sallyport::proto {

enum class RekeyMethod : std::uint8_t { none, ssl, new_tunnel };
constexpr RekeyMethod last_of(RekeyMethod) {
  return RekeyMethod::new_tunnel;
}

enum class RekeyAction : std::uint8_t {
  none,
  key_update,   // TLS 1.3: new keys, the session goes on
  renegotiate,  // TLS up to 1.2: a handshake inside the connection
  new_tunnel,   // a second CONNECT with the same token; the old TCP is closed without DISCONNECT
};

struct TlsFacts {
  bool tls13 = false;
  bool secure_renegotiation = false;  // RFC 5746
};

// What `method` means on this TLS session. A failed key_update or renegotiation is followed by new_tunnel.
RekeyAction tls_rekey(RekeyMethod method, TlsFacts tls);

// A DTLS association is never renegotiated: with a resumed one GnuTLS refuses it and ocserv 1.1.6 dies of it.
// A new tunnel renews it.
RekeyAction dtls_rekey(RekeyMethod method);

// The gateway's side: a handshake before half of the announced time is abuse.
bool rekey_comes_too_soon(std::chrono::seconds announced, Time last, Time now);

// One channel's schedule at the client.
class RekeySchedule {
 public:
  RekeySchedule(RekeyAction action, std::chrono::seconds every, Time established);

  RekeyAction due(Time now) const;
  Time next() const;  // Time::max(): never
  void done(Time now) { last_ = now; }
  // The keys could not be renewed in place: from now on only a new tunnel will do.
  void failed() { action_ = RekeyAction::new_tunnel; }

 private:
  RekeyAction action_;
  std::chrono::seconds every_;
  Time last_;
};

}  // namespace sallyport::proto
