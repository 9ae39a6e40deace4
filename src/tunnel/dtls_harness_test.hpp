// For the tests of DTLS: a gateway's worker with a UDP socket, and clients by hand.
#pragma once

#include "base/socket_address.hpp"
#include "proto/dtls_frame.hpp"
#include "sys/listener.hpp"
#include "sys/udp_socket.hpp"
#include "tls/dtls_context.hpp"
#include "tls/random.hpp"
#include "tunnel/harness_test.hpp"

namespace sallyport::tunnel::test {

using Mode = tls::DtlsKeys::Mode;
using State = DtlsReport::State;

inline std::shared_ptr<const tls::DtlsKeys> new_keys(Mode mode = Mode::psk) {
  tls::DtlsKeys keys;
  keys.mode = mode;
  keys.ciphers = mode == Mode::psk ? "kPSK+AESGCM" : "AES256-GCM-SHA384";
  keys.session_id = or_throw(tls::random_bytes(32));
  keys.secret = or_throw(tls::random_secret(mode == Mode::psk ? 32 : 48));
  return std::make_shared<const tls::DtlsKeys>(std::move(keys));
}

inline Endpoint endpoint_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size), 0);
  return from_sockaddr(storage);
}

// A client's end of an association, with a socket of its own. Every datagram that arrives is kept until it is
// asked for.
class DtlsPeer {
 public:
  DtlsPeer(std::shared_ptr<const tls::DtlsKeys> keys, const Endpoint& gateway)
      : gateway_(gateway), dtls_(or_throw(context().begin(std::move(keys)))) {}

  static const tls::DtlsContext& context() {
    static const auto& made = *new tls::DtlsContext(or_throw(tls::DtlsContext::open_client()));
    return made;
  }
  static sys::UdpSocket new_socket() {
    return or_throw(sys::UdpSocket::from(or_throw(sys::open_udp(Address::Family::v4, 0))));
  }

  tls::Dtls& dtls() { return dtls_; }
  const sys::UdpSocket& socket() const { return socket_; }
  sys::UdpPath path() const { return {gateway_, std::nullopt}; }
  void change_port() { socket_ = new_socket(); }
  // Another association from the same port.
  void begin_anew(std::shared_ptr<const tls::DtlsKeys> keys) {
    dtls_ = or_throw(context().begin(std::move(keys)));
    hello_.clear();
  }
  void transmit(ByteView datagram) { EXPECT_EQ(socket_.send(datagram, {gateway_, std::nullopt}), 0); }

  // The datagrams of the first flight or of a record, not sent.
  const std::vector<Bytes>& hello() {
    if (hello_.empty()) {
      dtls_.handshake();
      hello_ = take_output();
    }
    return hello_;
  }
  std::vector<Bytes> record(FrameType type, ByteView payload = {}) {
    EXPECT_EQ(dtls_.write(proto::dtls_frame(type, payload)), Step::done);
    return take_output();
  }
  void send(FrameType type, ByteView payload = {}) {
    for (const auto& datagram : record(type, payload)) transmit(datagram);
  }

  // False: it has not come about in time.
  bool shake_hands(std::chrono::milliseconds limit = patience) {
    for (const auto& datagram : hello()) transmit(datagram);
    while (!dtls_.is_established()) {
      datagram_ = receive_datagram(limit);
      if (datagram_.empty()) return false;
      dtls_.feed(datagram_);
      dtls_.handshake();
      for (const auto& answer : take_output()) transmit(answer);
    }
    return true;
  }

  // Empty: none came in time.
  Bytes receive_datagram(std::chrono::milliseconds limit = patience) {
    Bytes buffer(20000);
    if (!wait_for(socket_.number(), POLLIN, limit)) return {};
    const auto datagram = socket_.receive(buffer);
    return datagram ? Bytes(datagram->bytes.begin(), datagram->bytes.end()) : Bytes();
  }
  struct Received {
    FrameType type = FrameType::data;
    Bytes payload;
    bool closed = false;
    bool nothing = false;
  };
  Received receive(std::chrono::milliseconds limit = patience) {
    Bytes buffer(20000);
    for (;;) {
      MutableByteView plaintext;
      const auto step = dtls_.read(buffer, plaintext);
      for (const auto& answer : take_output()) transmit(answer);
      if (step == Step::done) {
        const auto frame = proto::parse_dtls_frame(plaintext);
        return {.type = frame->type, .payload = {frame->payload.begin(), frame->payload.end()}};
      }
      if (step != Step::want_read) return {.closed = true};
      datagram_ = receive_datagram(limit);
      if (datagram_.empty()) return {.nothing = true};
      dtls_.feed(datagram_);
    }
  }

 private:
  std::vector<Bytes> take_output() {
    std::vector<Bytes> taken(dtls_.output().begin(), dtls_.output().end());
    dtls_.clear_output();
    return taken;
  }

  Endpoint gateway_;
  sys::UdpSocket socket_ = new_socket();
  tls::Dtls dtls_;
  std::vector<Bytes> hello_;
  Bytes datagram_;
};

class DtlsTest : public WorkerTest {
 protected:
  explicit DtlsTest(Offloads offloads = {})
      : DtlsTest(or_throw(sys::listen_udp({ip("127.0.0.1"), 0})), offloads) {}

  void offer(std::shared_ptr<const tls::DtlsKeys> keys, TunnelId id = {1, 1},
             proto::Keepalive::Rule liveness = {}) {
    worker_->post(OfferDtls{id, {.keys = std::move(keys), .mtu = 1400, .liveness = liveness}});
  }
  DtlsPeer new_peer(std::shared_ptr<const tls::DtlsKeys> keys) { return {std::move(keys), gateway_}; }

  // A client whose DTLS is up.
  DtlsPeer established(const std::shared_ptr<const tls::DtlsKeys>& keys) {
    auto peer = new_peer(keys);
    EXPECT_TRUE(peer.shake_hands());
    EXPECT_EQ(next_state(), State::negotiating);
    confirm(peer);
    return peer;
  }
  // The first record after the handshake: the gateway sends data this way from now on.
  void confirm(DtlsPeer& peer) {
    peer.send(FrameType::dpd_request);
    EXPECT_EQ(next_state(), State::up);
    EXPECT_EQ(peer.receive().type, FrameType::dpd_response);
  }
  State next_state() { return events_.next<DtlsReport>().state; }

  void expect_from_peer(DtlsPeer& peer) {
    const auto packet = make_packet({.from = peer4, .to = host4, .number = ++number_});
    peer.send(FrameType::data, packet);
    EXPECT_EQ(tun_.take(), packet);
  }
  void expect_to_peer(DtlsPeer& peer) {
    const auto packet = make_packet({.from = host4, .to = peer4, .number = ++number_});
    tun_.put(packet);
    EXPECT_EQ(peer.receive().payload, packet);
  }
  void expect_to_peer(Peer& peer) {  // over TLS
    const auto packet = make_packet({.from = host4, .to = peer4, .number = ++number_});
    tun_.put(packet);
    EXPECT_EQ(peer.receive().payload, packet);
  }

  Endpoint gateway_;
  std::uint32_t number_ = 0;

 private:
  DtlsTest(Descriptor udp, Offloads offloads)
      : DtlsTest(endpoint_of(udp.number()), std::move(udp), offloads) {}
  DtlsTest(const Endpoint& gateway, Descriptor udp, Offloads offloads)
      : WorkerTest(list_of(std::move(udp)), offloads), gateway_(gateway) {}
  static std::vector<Descriptor> list_of(Descriptor one) {
    std::vector<Descriptor> list;
    list.push_back(std::move(one));
    return list;
  }
};

}  // namespace sallyport::tunnel::test
