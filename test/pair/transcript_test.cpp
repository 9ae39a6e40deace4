// Whole conversations, played to either half: the client's lines to the gateway, the gateway's to the client.
#include "test/pair/transcript.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "client/handshake.hpp"
#include "net/http_channel.hpp"
#include "net/tcp.hpp"
#include "proto/cstp_frame.hpp"
#include "test/pair/client_half.hpp"
#include "test/pair/gateway_half.hpp"
#include "test/pair/link.hpp"
#include "tls/test_support.hpp"

namespace sallyport::pair {
namespace {

using std::chrono::seconds;

constexpr seconds patience{10};
constexpr std::chrono::sys_seconds far_future = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

// --- the gateway hears the client's lines

// The user's certificate, which is its own CA. It is given to a gateway that asks.
const tls::KeyPair& user_identity() {
  static const auto& pair = *new tls::KeyPair(tls::test::self_signed(
      {.common_name = "alice", .alternative_names = "", .usage = "clientAuth", .not_after = far_future}));
  return pair;
}

// A connection that says what it is told to.
class Speaker {
 public:
  static net::Task<std::unique_ptr<Speaker>> connect(const GatewayHalf& gateway) {
    client::ConnectOptions options;
    options.server_pins = {gateway.certificate_pin()};
    std::vector<tls::KeyPair> identities;
    identities.push_back(tls::test::share(user_identity()));
    const auto context = or_throw(client::open_context(options, "", std::move(identities)));
    auto descriptor = co_await net::connect_tcp(gateway.endpoint(), patience);
    net::Socket socket(co_await net::this_executor(), std::move(descriptor));
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    auto connection =
        or_throw(context.connect("127.0.0.1", now, [](const auto&, const auto&) { return true; }));
    auto made = std::unique_ptr<Speaker>(new Speaker(std::move(socket), std::move(connection)));
    co_await made->stream_.handshake(patience, nullptr);
    co_return made;
  }

  net::Task<proto::HttpReply> exchange(std::string request, bool is_connect) {
    stream_.expires_after(patience);
    co_await stream_.write(as_bytes(request));
    proto::ReplyParser parser(is_connect ? proto::ReplyTo::connect : proto::ReplyTo::ordinary);
    std::array<std::uint8_t, 4096> buffer{};
    while (!parser.complete()) {
      const auto size = co_await stream_.read_some(buffer);
      if (size == 0) throw Failure({ErrorKind::closed, "the gateway closed before it had answered"});
      or_throw(parser.feed(ByteView(buffer).first(size)));
    }
    co_return parser.take();
  }

 private:
  Speaker(net::Socket socket, tls::Connection connection)
      : stream_(std::move(socket), std::move(connection)) {}

  net::TlsStream stream_;
};

net::Task<void> play_client(const GatewayHalf& gateway, std::string name) {
  Variables variables;
  variables.set("host", gateway.endpoint().to_text());
  std::unique_ptr<Speaker> speaker;
  for (const auto& [new_connection, request, reply] : read_transcript(name)) {
    if (new_connection) speaker = co_await Speaker::connect(gateway);
    auto text = request_text(request, variables);
    const bool is_connect = text.starts_with("CONNECT");
    const auto answer = co_await speaker->exchange(std::move(text), is_connect);
    expect_reply(reply, answer, variables);
  }
}

class Transcript : public testing::TestWithParam<const char*> {
 protected:
  Transcript() { std::signal(SIGPIPE, SIG_IGN); }

  void play(net::Task<void> scenario) {
    net::spawn(loop_.executor(), to_its_end(std::move(scenario), loop_), [](const Error&) {});
    loop_.run();
  }
  static net::Task<void> to_its_end(net::Task<void> scenario, net::Loop& loop) {
    try {
      co_await std::move(scenario);
    } catch (const Failure& failure) {
      ADD_FAILURE() << failure.error().text;
    }
    loop.stop();
  }

  net::Loop loop_;
};

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

// --- the client hears the gateway's lines

// Answers whatever comes, on as many connections as it comes on, as the conversation has it; behind the
// answer to CONNECT the session ends.
class ScriptedGateway {
 public:
  ScriptedGateway(net::Loop& loop, std::vector<Exchange> exchanges)
      : loop_(loop), exchanges_(std::move(exchanges)), tls_(open_tls()) {
    auto [listener, endpoint] = listen_on_loopback();
    variables_.set("host", endpoint.to_text());
    variables_.set("certificate", identity().chain.leaf().fingerprint());
    variables_.set("address", "10.20.0.5");
    variables_.set("mtu", "1400");
    target_ = "https://" + endpoint.to_text() + "/";
    net::spawn(loop.executor(), accept_all(*this, std::move(listener)),
               [](const Error& error) { ADD_FAILURE() << error.text; });
  }

  const std::string& target() const { return target_; }
  static std::string pin() { return tls::pin_sha256(identity().chain.leaf()); }
  bool is_done() const { return next_ == exchanges_.size(); }

 private:
  static const tls::KeyPair& identity() {
    static const auto& pair =
        *new tls::KeyPair(tls::test::self_signed({.alternative_names = "IP:127.0.0.1"}));
    return pair;
  }
  static tls::ServerContext open_tls() {
    tls::ServerSettings settings;
    settings.pairs.push_back(tls::test::share(identity()));
    return or_throw(tls::ServerContext::open(std::move(settings)));
  }

  static net::Task<void> accept_all(ScriptedGateway& self, Descriptor listener) {
    net::Acceptor acceptor(self.loop_.executor(), std::move(listener));
    for (;;) {
      auto accepted = co_await acceptor.accept();
      net::spawn(self.loop_.executor(), converse(self, std::move(accepted.descriptor)),
                 [](const Error&) {});  // the client has gone
    }
  }

  static net::Task<void> converse(ScriptedGateway& self, Descriptor descriptor) {
    net::Socket socket(self.loop_.executor(), std::move(descriptor));
    auto connection = or_throw(self.tls_.accept(tls::test::now));
    net::TlsStream stream(std::move(socket), std::move(connection));
    co_await stream.handshake(patience, nullptr);
    net::RequestChannel channel(stream);
    while (!self.is_done()) {
      const auto request = co_await channel.receive(patience);
      if (!request) break;
      const auto& exchange = self.exchanges_.at(self.next_++);
      expect_request(exchange.request, *request, self.variables_);
      const auto reply = reply_of(exchange.reply, self.variables_);
      co_await channel.send(reply,
                            request->is_connect() ? proto::ReplyTo::connect : proto::ReplyTo::ordinary);
      if (request->is_connect()) co_await stream.write(proto::cstp_disconnect({0, "the end"}));
    }
    co_await stream.close();
  }

  net::Loop& loop_;
  std::vector<Exchange> exchanges_;
  std::size_t next_ = 0;
  tls::ServerContext tls_;
  Variables variables_;
  std::string target_;
};

class AtTheClient : public Transcript {
 protected:
  static net::Task<void> until_over(const ClientHalf& client) {
    while (!client.is_over()) co_await net::sleep(std::chrono::milliseconds(2));
  }
};

// The user of the conversation, who knows the group's password and codes.
client::ConnectOptions user_of(const std::string& name, const ScriptedGateway& gateway) {
  client::ConnectOptions options;
  options.target = gateway.target();
  options.server_pins = {ScriptedGateway::pin()};
  options.user = pair_user;
  options.group = name == "ocserv" ? "staff" : name == "code" ? code_group : password_group;
  options.form_entries = {{"main", "password", pair_password}};
  if (name == "code") {
    options.token_mode = "hotp";
    options.token_secret = Secret(std::string_view(pair_codes));
  }
  options.non_interactive = true;
  options.no_dtls = true;
  return options;
}

TEST_P(AtTheClient, is_asked_as_written) {
  ScriptedGateway gateway(loop_, read_transcript(GetParam()));
  ClientHalf client(loop_.executor(), user_of(GetParam(), gateway));
  play(until_over(client));
  EXPECT_TRUE(gateway.is_done());
  EXPECT_EQ(client.outcome().error, "the gateway ended the session: the end");
}

INSTANTIATE_TEST_SUITE_P(Pair, AtTheClient, testing::Values("password", "code", "ocserv"), name_of);

class AtTheGateway : public Transcript {};

TEST_P(AtTheGateway, is_answered_as_written) {
  Disturbance nothing;
  const auto asks = std::string_view(GetParam()) == "certificate";
  GatewayHalf gateway(loop_,
                      asks ? std::optional(tls::test::to_pem(user_identity().chain.leaf())) : std::nullopt);
  gateway.use(nothing);
  play(play_client(gateway, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Pair, AtTheGateway,
                         testing::Values("password", "wrong_password", "version_1", "code", "certificate",
                                         "connect_dtls", "connect_refused"),
                         name_of);

}  // namespace
}  // namespace sallyport::pair
