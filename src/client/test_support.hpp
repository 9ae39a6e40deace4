// For this module's tests: a run of the client in this process, and gateways on the loopback interface that
// answer what a test tells them to.
#pragma once

#include <array>
#include <csignal>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "client/attempt.hpp"
#include "client/handshake.hpp"
#include "net/http_channel.hpp"
#include "net/tcp.hpp"
#include "sys/listener.hpp"
#include "sys/message_socket.hpp"
#include "tls/test_support.hpp"

namespace sallyport::client::testing {

inline const tls::KeyPair& gateway_identity() {
  static const auto& pair =
      *new tls::KeyPair(tls::test::self_signed({.alternative_names = "DNS:localhost,IP:127.0.0.1"}));
  return pair;
}

// Answers one request after the other with the replies it was given, on as many connections as it takes.
class FakeGateway {
 public:
  enum class AsksForCertificate { no, yes };
  explicit FakeGateway(net::Loop& loop, AsksForCertificate asks = AsksForCertificate::no)
      : heard(loop.executor()), tls_(open_tls(asks)) {
    auto listener = or_throw(sys::listen_tcp({or_throw(Address::parse("127.0.0.1")), 0}));
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    EXPECT_EQ(getsockname(listener.number(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
    port_ = ntohs(bound.sin_port);
    net::spawn(loop.executor(), serve(*this, net::Acceptor(loop.executor(), std::move(listener))),
               [](const Error& error) { ADD_FAILURE() << error.text; });
  }

  std::string url(const std::string& path = "/") const {
    return "https://127.0.0.1:" + std::to_string(port_) + path;
  }
  void will_answer(proto::HttpReply reply) { replies_.push_back(std::move(reply)); }
  void will_answer(std::string body) { will_answer(proto::HttpReply{.body = std::move(body)}); }

  std::size_t hangs_up_after = 0;  // so many requests, without having said so
  std::vector<proto::HttpRequest> requests;
  int connections = 0;
  std::string after_connect;  // what came on a connection after the answer to CONNECT
  net::Signal heard;          // ... has grown

 private:
  static tls::ServerContext open_tls(AsksForCertificate asks) {
    tls::ServerSettings settings;
    if (asks == AsksForCertificate::yes)
      settings.client_ca = tls::test::to_pem(gateway_identity().chain.leaf());
    settings.pairs.push_back(tls::test::share(gateway_identity()));
    return or_throw(tls::ServerContext::open(std::move(settings)));
  }

  static net::Task<void> serve(FakeGateway& self, net::Acceptor acceptor) {
    for (;;) {
      auto accepted = co_await acceptor.accept();
      const auto executor = co_await net::this_executor();
      net::spawn(executor, welcome(self, std::move(accepted.descriptor)),
                 [](const Error&) {});  // the client went away
    }
  }

  static net::Task<void> welcome(FakeGateway& self, Descriptor descriptor) {
    net::Socket socket(co_await net::this_executor(), std::move(descriptor));
    auto connection = or_throw(self.tls_.accept(tls::test::now));
    net::TlsStream stream(std::move(socket), std::move(connection));
    ++self.connections;
    co_await self.converse(stream);
  }

  net::Task<void> converse(net::TlsStream& stream) {
    co_await stream.handshake(std::chrono::seconds(5), nullptr);
    net::RequestChannel channel(stream);
    for (;;) {
      auto request = co_await channel.receive(std::chrono::seconds(5));
      if (!request || replies_.empty()) break;
      const auto kind = request->is_connect() ? proto::ReplyTo::connect : proto::ReplyTo::ordinary;
      requests.push_back(std::move(*request));
      const auto reply = std::move(replies_.front());
      replies_.pop_front();
      co_await channel.send(reply, kind);
      if (kind == proto::ReplyTo::connect && reply.status == 200) co_await listen(stream);
      if (reply.wants_close() || requests.size() == hangs_up_after) break;
    }
    co_await stream.close();
  }

  net::Task<void> listen(net::TlsStream& stream) {
    std::array<std::uint8_t, 1024> buffer{};
    const auto size = co_await stream.read_some(buffer);
    after_connect += as_text(ByteView(buffer).first(size));
    heard.notify();
  }

  tls::ServerContext tls_;
  std::uint16_t port_ = 0;
  std::deque<proto::HttpReply> replies_;
};

// How a task ended.
struct Outcome {
  std::optional<ExitCode> code;  // of an Ended
  std::string error;             // empty: it succeeded
};

class Run {
 public:
  Run() : Run(or_throw(sys::message_pair())) { std::signal(SIGPIPE, SIG_IGN); }

  Outcome run(net::Task<void> task) {
    Outcome outcome;
    net::spawn(loop.executor(), watch(std::move(task), outcome, loop),
               [](const Error& error) { ADD_FAILURE() << error.text; });
    const net::Alarm hung(loop.executor(), std::chrono::seconds(10), [this] { loop.stop(); });
    loop.run();
    return outcome;
  }

  net::Loop loop;
  ConnectOptions options{.server_pins = {tls::pin_sha256(gateway_identity().chain.leaf())},
                         .non_interactive = true};
  Console console{{.quiet = true}};
  flow::Recorder flow{10000};
  Prompt prompt{false, false};
  TrustStore trust;
  tls::ClientContext tls = or_throw(open_context(options, ""));
  Descriptor front_end;  // the front's end of the channel
  FrontLink front;
  Tunnel tunnel{loop, options};
  const Attempt attempt{options, console, flow, front, prompt, trust, tls, tunnel, true};

 private:
  explicit Run(std::pair<Descriptor, Descriptor> channel)
      : front_end(std::move(channel.first)), front(loop.executor(), std::move(channel.second)) {}

  static net::Task<void> watch(net::Task<void> task, Outcome& outcome, net::Loop& loop) {
    outcome.error = "it hung";
    try {
      co_await std::move(task);
      outcome.error.clear();
    } catch (const Ended& ended) {
      outcome.code = ended.code();
      outcome.error = ended.error().text;
    } catch (const Failure& failure) {
      outcome.error = failure.error().text;
    }
    loop.stop();
  }
};

}  // namespace sallyport::client::testing
