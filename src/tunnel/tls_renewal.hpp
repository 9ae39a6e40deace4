// When a TLS channel's keys are renewed. The client's end does it when the time has come; the gateway's end
// lets its client renegotiate (TLS 1.2 and before), but neither too early nor for long.
#pragma once

#include <string>

#include "proto/rekey.hpp"
#include "tunnel/messages.hpp"
#include "tunnel/tls_channel.hpp"

namespace sallyport::tunnel {

// What decides how this connection's keys are renewed.
proto::TlsFacts tls_facts(const tls::Connection& connection);

class TlsRenewal {
 public:
  TlsRenewal(Rekey rekey, TlsChannel& channel, proto::Time now);

  enum class News : std::uint8_t {
    none,
    begun,       // at the client: the channel is to be read, although nothing may have come
    renewed,     // by action()
    new_tunnel,  // at the client, told once: only that renews the keys now; why()
    overdue,     // the peer has not finished in time, at the gateway; why()
  };
  // To be asked whenever the channel was read or flushed, and at next().
  News look(proto::Time now);
  proto::Time next() const;  // Time::max(): nothing is waited for
  proto::RekeyAction action() const { return rekey_.action; }
  const std::string& why() const { return why_; }

 private:
  News renew(proto::Time now);
  News follow_renewal(proto::Time now);
  News watch(proto::Time now);
  News only_new_tunnel(std::string why);
  void permit(proto::Time now);

  Rekey rekey_;
  TlsChannel& channel_;
  bool gateway_;
  proto::RekeySchedule schedule_;               // at the client
  proto::Time last_;                            // at the gateway: the last handshake
  proto::Time limit_ = proto::Time::max();      // for what is under way
  proto::Time permit_at_ = proto::Time::max();  // at the gateway: when the client may renegotiate
  unsigned renegotiations_ = 0;                 // at the gateway: seen so far
  bool asked_ = false;                          // at the client: the channel is to renew its keys
  bool begun_ = false;                          // ... by a renegotiation that has begun
  std::string why_;
};

}  // namespace sallyport::tunnel
