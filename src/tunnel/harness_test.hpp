// For the tests of this module: a worker with a socket in place of its TUN queue, peers on TLS connections,
// and packets.
#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "proto/inner_packet.hpp"
#include "tls/test_support.hpp"
#include "tunnel/worker.hpp"

namespace sallyport::tunnel::test {

using namespace std::chrono_literals;
using proto::FrameType;
using tls::Step;
using Clock = std::chrono::steady_clock;

// How long a test waits for what must come. Only a failing test waits that long.
inline constexpr auto patience = 20s;

inline Address ip(std::string_view text) {
  return or_throw(Address::parse(text));
}
inline Prefix prefix(std::string_view text) {
  return or_throw(Prefix::parse(text));
}

inline const Address peer4 = ip("10.9.0.2");
inline const Address peer6 = ip("fd09::2");
inline const Address host4 = ip("192.0.2.7");
inline const Address host6 = ip("2001:db8::7");

// --- packets

struct PacketWish {
  Address from;
  Address to;
  std::size_t size = 100;
  std::uint8_t protocol = 17;
  bool dont_fragment = true;
  std::uint32_t number = 0;  // the last four bytes
};

inline Bytes make_packet(const PacketWish& wish) {
  Writer out;
  if (wish.from.is_v4()) {
    out.u16(0x4500);
    out.u16(static_cast<std::uint16_t>(wish.size));
    out.u16(0x1234);
    out.u16(wish.dont_fragment ? 0x4000 : 0);
    out.u8(64);
    out.u8(wish.protocol);
    out.u16(0);
  } else {
    out.u32(0x60000000);
    out.u16(static_cast<std::uint16_t>(wish.size - 40));
    out.u8(wish.protocol);
    out.u8(64);
  }
  out.append(wish.from.bytes());
  out.append(wish.to.bytes());
  while (out.size() + 4 < wish.size) out.u8(static_cast<std::uint8_t>(out.size()));
  out.u32(wish.number);
  return out.take();
}

inline std::uint32_t number_of(ByteView packet) {
  return *Reader(packet.last(4)).u32();
}

// A TCP SYN with an MSS option of 1460.
inline Bytes make_syn(const Address& from, const Address& to) {
  const std::size_t ip_header = from.is_v4() ? 20 : 40;
  auto packet = make_packet({.from = from, .to = to, .size = ip_header + 24, .protocol = 6});
  const std::uint8_t tcp[24] = {4,    0, 0, 80, 0, 0, 0, 1, 0,    0,    0,    0,
                                0x60, 2, 1, 0,  0, 0, 0, 0, 0x02, 0x04, 0x05, 0xb4};
  std::ranges::copy(tcp, packet.begin() + static_cast<std::ptrdiff_t>(ip_header));
  return packet;
}
inline std::uint16_t mss_of(ByteView syn) {
  return *Reader(syn.last(2)).u16();
}

// --- sockets

inline bool wait_for(int descriptor, short events, std::chrono::milliseconds limit = patience) {
  pollfd watched{descriptor, events, 0};
  return ::poll(&watched, 1, static_cast<int>(limit.count())) > 0;
}

inline std::pair<Descriptor, Descriptor> socket_pair(int type) {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

inline std::pair<Descriptor, Descriptor> tcp_pair() {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(listener.number(), plain, size), 0);
  EXPECT_EQ(::listen(listener.number(), 1), 0);
  EXPECT_EQ(::getsockname(listener.number(), plain, &size), 0);
  Descriptor near(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(near.number(), plain, size), 0);
  Descriptor far(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  EXPECT_EQ(::fcntl(near.number(), F_SETFL, O_NONBLOCK), 0);
  return {std::move(near), std::move(far)};
}

// The kernel's side of the TUN queue.
class FakeTun {
 public:
  FakeTun() { std::tie(kernel_, worker_) = socket_pair(SOCK_SEQPACKET); }

  Descriptor worker_end() { return std::move(worker_); }
  void put(ByteView packet) {
    while (::send(kernel_.number(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
      ASSERT_EQ(errno, EAGAIN);
      ASSERT_TRUE(wait_for(kernel_.number(), POLLOUT));
    }
  }
  // Empty: none came in time.
  Bytes take(std::chrono::milliseconds limit = patience) {
    Bytes packet(65536);
    if (!wait_for(kernel_.number(), POLLIN, limit)) return {};
    const auto size = ::recv(kernel_.number(), packet.data(), packet.size(), 0);
    packet.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return packet;
  }
  void close() { kernel_.close(); }

 private:
  Descriptor kernel_;
  Descriptor worker_;
};

// --- peers

// The other end of a tunnel. Each record it reads must hold one frame, as openconnect and ocserv demand.
class Peer {
 public:
  struct Received {
    FrameType type = FrameType::data;
    Bytes payload;
    bool closed = false;   // the end of the connection instead of a frame
    std::string why;       // ... as TLS says it
    bool nothing = false;  // nor that
  };

  Peer(Descriptor socket, tls::Connection connection)
      : socket_(std::move(socket)), connection_(std::move(connection)) {}

  tls::Connection& connection() { return connection_; }
  void disappear() { socket_.close(); }
  std::pair<Descriptor, tls::Connection> take() && { return {std::move(socket_), std::move(connection_)}; }

  void send_plaintext(ByteView bytes) {  // one record
    std::size_t size = 0;
    for (;;) {
      const auto step = connection_.write(bytes, size);
      if (step == Step::done) break;
      ASSERT_TRUE(step == Step::want_write || step == Step::want_read) << connection_.error().text;
      ASSERT_TRUE(wait_for(socket_.number(), step == Step::want_read ? POLLIN : POLLOUT));
    }
    ASSERT_EQ(size, bytes.size());
  }
  void send(FrameType type, ByteView payload = {}) { send_plaintext(proto::cstp_frame(type, payload)); }

  Received receive(std::chrono::milliseconds limit = patience) {
    Bytes record(proto::max_cstp_frame);
    std::size_t size = 0;
    for (;;) {
      const auto step = connection_.read(record, size);
      if (step == Step::done) break;
      if (step == Step::closed || step == Step::failed) {
        return {.closed = true, .why = connection_.error().text};
      }
      if (!wait_for(socket_.number(), step == Step::want_write ? POLLOUT : POLLIN, limit)) {
        return {.nothing = true};
      }
    }
    reader_.add(MutableByteView(record).first(size));
    const auto next = reader_.next();
    EXPECT_EQ(next.status, proto::CstpReader::Status::frame);
    Received received{.type = next.frame.type,
                      .payload = {next.frame.payload.begin(), next.frame.payload.end()}};
    EXPECT_EQ(reader_.next().status, proto::CstpReader::Status::incomplete);
    EXPECT_EQ(size, proto::cstp_header_size + received.payload.size());
    return received;
  }

 private:
  Descriptor socket_;
  tls::Connection connection_;
  proto::CstpReader reader_;
};

struct TlsPair {
  Descriptor server_socket;
  tls::Connection server;
  Peer client;
};

struct TlsWish {
  bool tls12 = false;
  bool tcp = true;
};

// Over each TLS version, and over TCP and a unix socket, whose small buffers make writes stop half way.
inline constexpr std::array<TlsWish, 4> tls_kinds{{{.tls12 = false, .tcp = true},
                                                   {.tls12 = true, .tcp = true},
                                                   {.tls12 = false, .tcp = false},
                                                   {.tls12 = true, .tcp = false}}};
inline std::string name_of_kind(const testing::TestParamInfo<TlsWish>& info) {
  return std::string(info.param.tls12 ? "Tls12" : "Tls13") + (info.param.tcp ? "Tcp" : "Unix");
}

inline TlsPair connect(TlsWish wish = {}) {
  static const auto& authority = *new tls::test::Authority;
  static const auto& server_context =
      *new tls::ServerContext(tls::test::open_server({.pairs = tls::test::list_of(authority.issue({}))}));
  static const auto& client_context =
      *new tls::ClientContext(tls::test::open_client({.authorities = authority.pem()}));

  auto [near, far] = wish.tcp ? tcp_pair() : socket_pair(SOCK_STREAM);
  auto client = or_throw(client_context.connect("vpn.example.com", tls::test::now));
  auto server = or_throw(server_context.accept(tls::test::now));
  if (wish.tls12) SSL_set_max_proto_version(client.native(), TLS1_2_VERSION);
  client.attach(near.number());
  server.attach(far.number());
  while (!client.is_established() || !server.is_established()) {
    const auto client_step = client.handshake();
    const auto server_step = server.handshake();
    EXPECT_TRUE(client_step != Step::failed && server_step != Step::failed) << client.error().text;
  }
  return {std::move(far), std::move(server), Peer(std::move(near), std::move(client))};
}

// --- the worker

class Events {
 public:
  void add(Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  // The next event, which must be of this kind and come in time.
  template <class Kind>
  Kind next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return !events_.empty(); })) {
      ADD_FAILURE() << "no event came";
      return {};
    }
    const Event event = std::move(events_.front());
    events_.erase(events_.begin());
    if (const auto* kind = std::get_if<Kind>(&event)) return *kind;
    ADD_FAILURE() << "another kind of event came";
    return {};
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
};

inline std::uint64_t dropped(const Counters& counters, Drop reason) {
  return counters.dropped.at(static_cast<std::size_t>(reason));
}

class WorkerTest : public testing::Test {
 protected:
  explicit WorkerTest(std::vector<Descriptor> udp = {}, Offloads offloads = {}) {
    std::signal(SIGPIPE, SIG_IGN);  // as all our programs do
    worker_ = or_throw(Worker::start({.tun = tun_.worker_end(), .udp = std::move(udp), .offloads = offloads},
                                     [this](Event event) { events_.add(std::move(event)); }));
  }

  static TunnelSettings settings(TunnelId id = {1, 1}) {
    return {.id = id, .addresses = {prefix("10.9.0.2"), prefix("fd09::2")}, .mtu = 1400, .liveness = {}};
  }

  void attach(TlsPair& pair, TunnelSettings with, Bytes unread = {}) {
    worker_->post(Attach{std::move(with), nullptr, std::move(pair.server_socket), std::move(pair.server),
                         std::move(unread)});
  }
  Peer attached(TunnelSettings with = settings(), TlsWish wish = {}) {
    auto pair = connect(wish);
    attach(pair, std::move(with));
    return std::move(pair.client);
  }

  Totals totals() {
    worker_->post(AskTotals());
    return events_.next<Totals>();
  }
  Counters counters() {
    const auto all = totals();
    EXPECT_EQ(all.tunnels.size(), 1U);
    return all.tunnels.empty() ? Counters() : all.tunnels.front().counters;
  }
  // After this the worker has seen all that `peer` sent before, and it has not ended.
  void expect_alive(Peer& peer) {
    const auto packet = make_packet({.from = peer4, .to = host4, .number = 4711});
    peer.send(FrameType::data, packet);
    EXPECT_EQ(tun_.take(), packet);
  }

  FakeTun tun_;
  Events events_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace sallyport::tunnel::test
