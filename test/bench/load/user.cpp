#include "test/bench/load/user.hpp"

#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/socket_address.hpp"
#include "net/http_channel.hpp"
#include "proto/auth_message.hpp"
#include "proto/checksum.hpp"
#include "proto/connect_request.hpp"
#include "proto/dtls_frame.hpp"
#include "proto/lifetimes.hpp"
#include "tunnel/dtls_keys.hpp"

namespace sallyport::load {

namespace {

using namespace std::chrono_literals;
using proto::FrameType;
using tls::Step;

constexpr auto limit = 60s;  // for whatever the gateway has to do
constexpr auto shortest_wait = 10ms;
constexpr int most_rounds = 8;  // forms in one login
constexpr std::size_t datagram_room = 2048;

Descriptor open_socket(int type, const Address& source) {
  Descriptor made(::socket(source.is_v4() ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) throw Failure(fail_errno("cannot open a socket").value());
  const int on = 1;  // the port is chosen for the destination: more than one address has ports fit
  ::setsockopt(made.number(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_storage storage{};
  const auto size = to_sockaddr({source, 0}, storage);
  if (::bind(made.number(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    throw Failure(fail_errno("cannot use " + source.to_text()).value());
  }
  return made;
}

int begin_connect(int socket, const Endpoint& to) {
  sockaddr_storage storage{};
  const auto size = to_sockaddr(to, storage);
  return ::connect(socket, reinterpret_cast<sockaddr*>(&storage), size) == 0 ? 0 : errno;
}

net::Task<net::Socket> connect_tcp(Endpoint to, Address source) {
  auto descriptor = open_socket(SOCK_STREAM, source);
  const int begun = begin_connect(descriptor.number(), to);
  net::Socket socket(co_await net::this_executor(), std::move(descriptor));
  if (begun == EINPROGRESS) {
    socket.expires_after(limit);
    co_await socket.writable();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw Failure(fail_errno("cannot connect to " + to.to_text(), error).value());
  } else if (begun != 0) {
    throw Failure(fail_errno("cannot connect to " + to.to_text(), begun).value());
  }
  co_return std::move(socket);
}

proto::ClientInfo client_info() {
  proto::ClientInfo info;
  info.version = "v9.01";
  info.platform = "linux-64";
  return info;
}

Bytes echo_request(const Address& from, const Address& to, std::uint16_t sequence) {
  constexpr std::size_t size = 84;
  constexpr std::size_t header = 20;
  Writer out;
  out.u16(0x4500);
  out.u16(size);
  out.u16(sequence);
  out.u16(0x4000);
  out.u8(64);
  out.u8(1);
  out.u16(0);
  out.append(from.bytes());
  out.append(to.bytes());
  out.u16(0x0800);
  out.u16(0);
  out.u16(1);
  out.u16(sequence);
  while (out.size() < size) out.u8(0x5a);
  auto packet = out.take();
  const auto put = [&packet](std::size_t at, std::uint16_t sum) {
    packet[at] = static_cast<std::uint8_t>(sum >> 8);
    packet[at + 1] = static_cast<std::uint8_t>(sum & 0xff);
  };
  put(10, proto::internet_checksum(ByteView(packet).first(header)));
  put(header + 2, proto::internet_checksum(ByteView(packet).subspan(header)));
  return packet;
}

bool is_echo_reply(ByteView packet) {
  return packet.size() > 20 && packet[0] == 0x45 && packet[9] == 1 && packet[20] == 0;
}

}  // namespace

User::User(const Target& target, std::string name, const Address& source)
    : target_(target), name_(std::move(name)), source_(source) {}
User::~User() {
  cut();
}

void User::cut() {
  life_.reset();
  up_ = false;
  if (stream_) stream_->abort();
  if (udp_) udp_->close();
  stream_.reset();
  dtls_.reset();
  udp_.reset();
}

// --- phases 1 to 3

net::Task<void> User::connect() {
  auto socket = co_await connect_tcp(target_.gateway, source_);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto connection = or_throw(target_.tls.connect(target_.host, now));
  stream_ = std::make_unique<net::TlsStream>(std::move(socket), std::move(connection));
  co_await stream_->handshake(limit, nullptr);
}

net::Task<std::string> User::post(std::string body) {
  proto::HttpRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers.add("Host", target_.host);
  request.headers.add("User-Agent", "Open AnyConnect VPN Agent v9.01");
  request.headers.add("X-Transcend-Version", "1");
  request.headers.add("X-Aggregate-Auth", "1");
  if (!cookies_.empty()) request.headers.add("Cookie", cookies_.header());
  request.body = std::move(body);
  net::ReplyChannel channel(*stream_);
  auto reply = co_await channel.exchange(request, limit);
  for (const auto& [name, value] : reply.headers.list()) {
    if (!equals_ignoring_case(name, "Set-Cookie")) continue;
    if (auto cookie = proto::SetCookie::parse(value)) cookies_.store(*cookie);
  }
  if (reply.status != 200) {
    throw Failure({ErrorKind::denied, "the login was answered with " + std::to_string(reply.status)});
  }
  co_return std::move(reply.body);
}

net::Task<void> User::log_in() {
  cookies_.clear();
  co_await connect();
  proto::AuthInit init{.client = client_info(), .group_access = "https://" + target_.host + "/"};
  auto body = co_await post(init.serialize());
  for (int round = 0; round < most_rounds; ++round) {
    auto message = or_throw(proto::parse_gateway_message(body));
    if (auto* complete = std::get_if<proto::AuthComplete>(&message)) {
      const auto* cookie = cookies_.find("webvpn");
      token_ = cookie != nullptr ? *cookie : complete->session_token;
      co_return;
    }
    const auto& form = std::get<proto::AuthForm>(message);
    if (form.error) throw Failure({ErrorKind::denied, "the gateway refused the login of " + name_});
    proto::AuthReply reply{.client = client_info(), .opaque = form.opaque, .fields = {}, .group_select = {}};
    for (const auto& field : form.fields) {
      if (field.type == proto::AuthField::Type::text) reply.answer(field.name, Secret(name_));
      if (field.type == proto::AuthField::Type::password) reply.answer(field.name, Secret(target_.password));
    }
    body = co_await post(reply.serialize());
  }
  throw Failure({ErrorKind::malformed, "the login has too many forms"});
}

// --- phases 5 and 6

net::Task<void> User::open_tunnel() {
  if (!stream_) co_await connect();
  proto::ConnectRequest wish;
  wish.host = target_.host;
  wish.user_agent = "Open AnyConnect VPN Agent v9.01";
  wish.token = token_;
  wish.hostname = "load";
  wish.protocol = proto::cstp_protocol;
  wish.base_mtu = 1500;
  wish.mtu = 1400;
  wish.families = {.ipv4 = true, .ipv6 = false};
  if (target_.dtls) wish.dtls_suites = {std::string(proto::psk_negotiate)};
  proto::HttpRequest request;
  request.method = "CONNECT";
  request.target = proto::connect_target;
  request.headers.add(wish.serialize());
  net::ReplyChannel channel(*stream_);
  const auto reply = co_await channel.exchange(request, limit);
  if (reply.status != 200) {
    const auto why = reply.headers.find("X-Reason").value_or(reply.reason);
    throw Failure({ErrorKind::denied,
                   "CONNECT was answered with " + std::to_string(reply.status) + " " + std::string(why)});
  }
  rest_ = channel.take_rest();
  const auto agreed = or_throw(proto::ConnectReply::parse(reply.headers.list()));
  if (const auto inner = agreed.ipv4()) {
    inner_ = inner->address();
    inner_gateway_ = inner->network().plus(1);
  }
  reader_ = {};
  life_ = std::make_shared<int>(0);
  up_ = true;
  if (target_.dtls) co_await shake_hands(or_throw(proto::dtls_terms(agreed, wish.dtls_offer())));
}

net::Task<void> User::shake_hands(proto::DtlsTerms terms) {
  auto descriptor = open_socket(SOCK_DGRAM, source_);
  const Endpoint gateway{target_.gateway.address, terms.port};
  if (const int error = begin_connect(descriptor.number(), gateway); error != 0) {
    throw Failure(fail_errno("cannot use UDP", error).value());
  }
  udp_.emplace(co_await net::this_executor(), std::move(descriptor));
  auto keys = or_throw(tunnel::dtls_keys(terms, {}, stream_->connection()));
  dtls_.emplace(or_throw(target_.dtls_context.begin(std::move(keys))));
  const auto end = std::chrono::steady_clock::now() + limit;
  Bytes buffer(datagram_room);
  auto step = dtls_->handshake();
  for (;;) {
    flush_dtls();
    if (step == Step::done) {
      // As clients do: the gateway learns that its last flight has arrived.
      send_over_dtls(proto::dtls_frame(FrameType::dpd_request));
      co_return;
    }
    if (step == Step::failed || step == Step::closed) throw Failure(dtls_->error());
    if (std::chrono::steady_clock::now() > end) throw Failure({ErrorKind::timeout, "no DTLS in time"});
    const auto wait = dtls_->retransmit_in().value_or(std::chrono::microseconds(limit));
    udp_->expires_after(std::max(std::chrono::ceil<std::chrono::milliseconds>(wait), shortest_wait));
    bool in_time = true;
    try {
      co_await udp_->readable();
    } catch (const Failure& failure) {
      if (failure.error().kind != ErrorKind::timeout) throw;
      in_time = false;
    }
    if (!in_time) {
      step = dtls_->retransmit();
      continue;
    }
    const auto size = ::recv(udp_->number(), buffer.data(), buffer.size(), 0);
    if (size <= 0) continue;
    dtls_->feed(MutableByteView(buffer).first(static_cast<std::size_t>(size)));
    step = dtls_->handshake();
  }
}

void User::flush_dtls() {
  for (const auto& datagram : dtls_->output()) {
    (void)::send(udp_->number(), datagram.data(), datagram.size(), MSG_NOSIGNAL);
  }
  dtls_->clear_output();
}

// --- the tunnel

void User::serve(const net::Executor& executor) {
  const std::weak_ptr<int> life = life_;
  const auto failed = [this, life](const Error& error) {
    if (!life.expired()) lose(error.text);
  };
  stream_->expires_after(std::chrono::hours(24));
  net::spawn(executor, serve_tls(), failed);
  if (!dtls_) return;
  udp_->never_expires();
  net::spawn(executor, serve_dtls(), failed);
}

void User::lose(const std::string& why) {
  up_ = false;
  if (lost_because_.empty()) lost_because_ = why;
}

net::Task<void> User::serve_tls() {
  const std::weak_ptr<int> life = life_;
  Bytes buffer = std::move(rest_);
  std::size_t size = buffer.size();
  buffer.resize(std::max(size, proto::max_cstp_frame));
  for (;;) {
    reader_.add(MutableByteView(buffer).first(size));
    for (auto next = reader_.next(); next.status != proto::CstpReader::Status::incomplete;
         next = reader_.next()) {
      if (next.status == proto::CstpReader::Status::malformed) {
        throw Failure({ErrorKind::malformed, "no frame came over TLS"});
      }
      take(next.frame.type, next.frame.payload, false);
    }
    size = co_await stream_->read_some(buffer);
    if (life.expired()) co_return;
    if (size == 0) throw Failure({ErrorKind::closed, "the gateway closed the connection"});
  }
}

net::Task<void> User::serve_dtls() {
  const std::weak_ptr<int> life = life_;
  std::array<std::uint8_t, datagram_room> buffer;
  std::array<std::uint8_t, datagram_room> scratch;
  for (;;) {
    co_await udp_->readable();
    if (life.expired()) co_return;
    for (;;) {
      const auto size = ::recv(udp_->number(), buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      dtls_->feed(MutableByteView(buffer).first(static_cast<std::size_t>(size)));
      MutableByteView plaintext;
      Step step = Step::done;
      while ((step = dtls_->read(scratch, plaintext)) == Step::done) {
        if (const auto frame = proto::parse_dtls_frame(plaintext)) take(frame->type, frame->payload, true);
      }
      flush_dtls();
      if (step != Step::want_read) throw Failure({ErrorKind::closed, "DTLS ended: " + dtls_->error().text});
    }
  }
}

void User::take(FrameType type, MutableByteView payload, bool over_dtls) {
  if (type == FrameType::data && is_echo_reply(payload)) ++echoes_;
  if (type == FrameType::disconnect || type == FrameType::terminate) lose("the gateway said DISCONNECT");
  if (type != FrameType::dpd_request) return;
  if (over_dtls) return send_over_dtls(proto::dtls_dpd_response(payload));
  send_over_tls(proto::cstp_dpd_response(payload));
}

// A socket that is full takes no answer: then the gateway asks again.
void User::send_over_tls(ByteView frame) {
  std::size_t size = 0;
  (void)stream_->connection().write(frame, size);
}

void User::send_over_dtls(ByteView frame) {
  if (dtls_->write(frame) == Step::done) flush_dtls();
}

bool User::ping() {
  if (!up_) return false;
  const auto packet = echo_request(inner_, inner_gateway_, ++pings_);
  if (dtls_) {
    send_over_dtls(proto::dtls_frame(FrameType::data, packet));
  } else {
    send_over_tls(proto::cstp_frame(FrameType::data, packet));
  }
  return true;
}

net::Task<void> User::say_goodbye() {
  const proto::Disconnect word{proto::disconnect_reason::user, "done"};
  co_await stream_->write(proto::cstp_disconnect(word));
  cut();
}

}  // namespace sallyport::load
