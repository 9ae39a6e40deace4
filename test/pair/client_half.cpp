#include "test/pair/client_half.hpp"

#include <gtest/gtest.h>

#include "client/dial.hpp"
#include "client/handshake.hpp"
#include "proto/inner_packet.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::pair {

namespace {

constexpr auto gateway_inside = "10.20.0.1";

net::Task<void> dial(const client::Attempt& attempt, Outcome& outcome, net::Loop& loop) {
  try {
    co_await client::dial(attempt);
    outcome.code = client::ExitCode::ended_by_user;
  } catch (const client::Ended& ended) {
    outcome.code = ended.code();
    outcome.error = ended.error().text;
  } catch (const Failure& failure) {
    outcome.error = failure.error().text;
  } catch (const std::exception& exception) {
    outcome.escaped = exception.what();
  }
  loop.stop();
}

}  // namespace

Bytes make_packet(const Address& from, const Address& to) {
  constexpr std::uint16_t size = 28;
  Writer out;
  out.u16(0x4500);
  out.u16(size);
  out.u32(0);
  out.u8(64);
  out.u8(17);
  out.u16(0);
  out.append(from.bytes());
  out.append(to.bytes());
  while (out.size() < size) out.u8(0);
  return out.take();
}

ClientHalf::ClientHalf(const net::Executor& executor, client::ConnectOptions options) {
  auto [front, channel] = or_throw(sys::message_pair());
  std::tie(tun_, tun_client_) = or_throw(sys::message_pair());
  for (const auto* end : {&front, &tun_, &tun_client_}) or_throw(sys::set_non_blocking(end->number()));
  front_ = std::make_shared<net::Socket>(executor, std::move(front));
  net::spawn(executor, serve(front_), [](const Error&) {});  // the client has gone
  thread_ = std::thread([this, options = std::move(options), number = channel.release()]() mutable {
    run(std::move(options), Descriptor(number));
    over_ = true;
  });
}

ClientHalf::~ClientHalf() {
  front_->abort();
  thread_.join();
}

void ClientHalf::run(client::ConnectOptions options, Descriptor channel) {
  const client::Console console(options);
  flow::Recorder flow(10000);
  client::TrustStore trust;
  const auto tls = or_throw(client::open_context(options, ""));
  std::optional<client::SoftwareToken> token;
  if (!options.token_mode.empty()) {
    token = or_throw(client::SoftwareToken::open(options.token_mode, options.token_secret));
  }
  client::Prompt prompt(false, false);
  client::FrontLink front(loop_.executor(), std::move(channel));
  client::Tunnel tunnel(loop_, options);
  const client::Attempt attempt{options, console, flow, front, prompt, trust,
                                tls,     tunnel,  true, {},    {},     token ? &*token : nullptr};
  net::spawn(loop_.executor(), front.run(), [this](const Error&) { loop_.stop(); });
  net::spawn(loop_.executor(), dial(attempt, outcome_, loop_), [](const Error&) {});
  loop_.run();
}

// --- the front and the user

net::Task<void> ClientHalf::serve(std::shared_ptr<net::Socket> front) {
  for (;;) {
    auto message = sys::receive_message(front->number());
    if (message) {
      answer(or_throw(proto::decode<proto::ConnectionMessage>(message->bytes)));
    } else if (message.error().kind == ErrorKind::unavailable) {
      co_await front->readable();
    } else {
      co_return;
    }
  }
}

void ClientHalf::answer(const proto::ConnectionMessage& wish) {
  if (const auto* configure = std::get_if<proto::ConfigureHost>(&wish)) {
    inner_ = configure->settings.ipv4->address();
    tell(proto::HostConfigured{"sally0"}, tun_client_.number());
  }
  if (std::holds_alternative<proto::Reconnecting>(wish)) tell(proto::NetworkFollowed{});
  if (std::holds_alternative<proto::StoreProfile>(wish)) {
    profile_stored_ = true;
    tell(proto::ProfileStored{});
  }
}

void ClientHalf::tell(const proto::FrontMessage& message, int descriptor) {
  const std::array with{descriptor};
  const auto descriptors = descriptor < 0 ? std::span<const int>() : std::span<const int>(with);
  (void)sys::send_message(front_->number(), proto::encode(message), descriptors);  // it may be over
}

void ClientHalf::use_tunnel() {
  if (!inner_ || ending_) return;
  const auto gateway = or_throw(Address::parse(gateway_inside));
  (void)sys::send_message(tun_.number(), make_packet(*inner_, gateway));  // a full queue loses packets
  const auto received = sys::receive_message(tun_.number());
  if (!received) return;
  EXPECT_EQ(received->bytes, make_packet(gateway, *inner_));
  ending_ = true;
  tell(proto::UserWants{proto::UserWish::end});
}

}  // namespace sallyport::pair
