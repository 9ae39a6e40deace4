// One simulated user: logs in with a password, opens a tunnel with DTLS, keeps it alive. Phases 1 to 3, 5 and
// 6 as a client goes through them, for our gateway and for ocserv. No TUN interface: packets end here.
#pragma once

#include <memory>
#include <optional>

#include "net/tls_stream.hpp"
#include "proto/connect_reply.hpp"
#include "proto/cookies.hpp"
#include "proto/cstp_frame.hpp"
#include "tls/client_context.hpp"
#include "tls/dtls_context.hpp"

namespace sallyport::load {

// What all users have in common.
struct Target {
  Endpoint gateway;
  std::string host;      // in the certificate
  std::string password;  // everybody's
  bool dtls = true;
  const tls::ClientContext& tls;
  const tls::DtlsContext& dtls_context;
};

class User {
 public:
  // `source`: the address that its connections come from.
  User(const Target& target, std::string name, const Address& source);
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  ~User();

  // Each throws Failure, with what went wrong.
  net::Task<void> log_in();       // phases 1 to 3
  net::Task<void> open_tunnel();  // phases 5 and 6, on a connection of its own after cut()
  net::Task<void> say_goodbye();  // ends the session
  void cut();                     // the connections vanish, as when a network does

  // Answers what the gateway asks, in the background, until the tunnel is cut or lost.
  void serve(const net::Executor& executor);
  bool is_up() const { return up_; }
  bool has_dtls() const { return dtls_.has_value(); }
  const std::string& lost_because() const { return lost_because_; }

  bool ping();  // sends an ICMP echo request through the tunnel, by DTLS if it is up; false: it could not
  std::uint64_t echoes() const { return echoes_; }

 private:
  net::Task<void> connect();
  net::Task<std::string> post(std::string body);
  net::Task<void> shake_hands(proto::DtlsTerms terms);
  net::Task<void> serve_tls();
  net::Task<void> serve_dtls();
  void take(proto::FrameType type, MutableByteView payload, bool over_dtls);
  void send_over_tls(ByteView frame);
  void send_over_dtls(ByteView frame);
  void flush_dtls();
  void lose(const std::string& why);

  const Target& target_;
  std::string name_;
  Address source_;
  proto::CookieJar cookies_;
  Secret token_;
  std::unique_ptr<net::TlsStream> stream_;
  std::optional<net::Socket> udp_;
  std::optional<tls::Dtls> dtls_;
  proto::CstpReader reader_;
  Bytes rest_;  // what followed the reply to CONNECT
  Address inner_;
  Address inner_gateway_;
  std::uint16_t pings_ = 0;
  std::uint64_t echoes_ = 0;
  bool up_ = false;
  std::string lost_because_;
  // Tasks in the background may outlive a tunnel, or the user: they look here first.
  std::shared_ptr<int> life_;
};

}  // namespace sallyport::load
