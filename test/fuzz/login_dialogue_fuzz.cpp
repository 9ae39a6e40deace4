// Logins at the gateway in any order: requests of several clients, with each other's cookies and handles,
// beside each other and across a reload. Whatever they send, a session is for a user whom the authenticator
// accepted by every method of the connection profile, and each acceptance is good for one session only.
#include <cstdlib>
#include <map>
#include <set>

#include "base/log.hpp"
#include "gateway/authenticate.hpp"
#include "gateway/next_message.hpp"
#include "gateway/select_group.hpp"
#include "gateway/tunnels.hpp"
#include "proto/auth_message.hpp"
#include "proto/cookies.hpp"
#include "store/memory_store.hpp"
#include "sys/message_socket.hpp"

using namespace sallyport;
using proto::AuthMethod;

namespace {

using Outcome = proto::AuthenticatorAnswer::Outcome;
using Question = proto::AuthenticatorRequest;

constexpr std::size_t most_steps = 16;
constexpr std::size_t most_remembered = 4;

void require(bool law) {
  if (!law) std::abort();
}

proto::GatewaySettings first_settings() {
  proto::GatewaySettings settings;
  auto& host = settings.default_host;
  const auto profile = [&host](std::string name, std::vector<AuthMethod> methods) {
    host.connection_profiles.push_back({.name = name,
                                        .group_alias = name,
                                        .group_urls = {"/" + name},
                                        .methods = std::move(methods),
                                        .aaa = "of " + name,
                                        .group_policy = "all"});
  };
  profile("password", {AuthMethod::password});
  profile("both", {AuthMethod::password, AuthMethod::otp});
  profile("code", {AuthMethod::otp});
  host.default_profile = "password";
  host.group_policies = {{.name = "all"}};
  return settings;
}

// Each step of a scenario is two bytes: what, and with what.
class Scenario {
 public:
  explicit Scenario(ByteView steps) : steps_(steps) {}

  void run() {
    net::spawn(loop_.executor(), play(*this), [](const Error&) { std::abort(); });
    loop_.run();
  }

 private:
  static net::Task<void> play(Scenario& self) {
    auto [ours, gateways] = or_throw(sys::message_pair());
    or_throw(sys::set_non_blocking(ours.number()));
    self.questions_.emplace(self.loop_.executor(), std::move(ours));
    self.authenticator_.use(std::move(gateways));
    net::spawn(self.loop_.executor(), hear(self), [](const Error&) { std::abort(); });
    for (std::size_t i = 0; i + 1 < self.steps_.size() && i < 2 * most_steps; i += 2) {
      self.step(self.steps_[i], self.steps_[i + 1]);
      co_await self.until_quiet();
    }
    self.holds_ = false;
    co_await self.until_quiet();
    require(self.open_ == 0);
    self.loop_.stop();
  }

  static net::Task<void> hear(Scenario& self) {
    for (;;) {
      const auto message = co_await gateway::next_message(*self.questions_);
      self.held_.push_back(or_throw(Question::parse(message.bytes)));
    }
  }

  // All requests are answered, or wait for the authenticator that is held.
  net::Task<void> until_quiet() {
    while (open_ > (holds_ ? static_cast<int>(held_.size()) : 0)) {
      if (!holds_) answer_all();
      co_await net::sleep({});
    }
  }

  void answer_all() {
    for (const auto& question : std::exchange(held_, {})) {
      const proto::AuthenticatorAnswer answer{question.id, judge(question)};
      or_throw(sys::send_message(questions_->number(), or_throw(answer.serialize())));
    }
  }

  // "u" and "v" have the password "p" and, once each, the code "1".
  Outcome judge(const Question& question) {
    const bool known = question.user == "u" || question.user == "v";
    const bool is_code = question.method == Question::Method::otp;
    const auto name = question.aaa + '/' + question.user;
    if (question.user == "down") return proto::AuthenticatorAnswer::Unavailable{"down"};
    bool right = known && question.answer == Secret(is_code ? "1" : "p");
    if (is_code && right) right = spent_.insert(name + std::to_string(settings_->generation)).second;
    if (!right) return proto::AuthenticatorAnswer::Refused{};
    ++accepted_[name][is_code ? AuthMethod::otp : AuthMethod::password];
    return proto::AuthenticatorAnswer::Accepted{};
  }

  void step(std::uint8_t what, std::uint8_t with) {
    switch (what % 6) {
      case 0:
        holds_ = with % 2 == 1;
        break;
      case 1: {
        auto next = std::make_shared<proto::GatewaySettings>(*settings_);
        ++next->generation;
        settings_ = std::move(next);
        break;
      }
      case 2:
      case 3:
        begin(what, with);
        break;
      default:
        reply(what, with);
    }
  }

  // With the cookie of an earlier login, of none, or of one that never was.
  proto::HttpRequest request(std::uint8_t with) const {
    proto::HttpRequest request;
    request.method = "POST";
    request.target = (with & 0x80U) != 0 ? "/both" : "/";
    const auto which = with % (most_remembered + 2);
    if (which < cookies_.size()) request.headers.add("Cookie", "webvpncontext=" + cookies_[which]);
    if (which == most_remembered) request.headers.add("Cookie", "webvpncontext=nonsense");
    return request;
  }

  void begin(std::uint8_t what, std::uint8_t with) {
    constexpr std::array groups{"", "password", "both", "code", "nonsense"};
    gateway::Opening opening;
    opening.dialect = what % 2 == 0 ? gateway::Dialect::version_1 : gateway::Dialect::version_2;
    opening.group_select = groups[(with >> 3U) % groups.size()];
    start(with, [request = request(with), opening](const gateway::Caller& caller) {
      return gateway::select_group(caller, request, opening);
    });
  }

  void reply(std::uint8_t what, std::uint8_t with) {
    constexpr std::array groups{"", "", "password", "both", "code"};
    constexpr std::array users{"u", "v", "", "down", "w"};
    constexpr std::array secrets{"p", "1", "wrong"};
    gateway::Answers answers;
    answers.dialect = what % 2 == 0 ? gateway::Dialect::version_2 : gateway::Dialect::version_1;
    answers.group = groups[(with >> 3U) % groups.size()];
    answers.user = users[(what / 6U) % users.size()];
    answers.password = Secret(std::string_view(secrets[(what / 30U) % secrets.size()]));
    if (what % 6 == 5 && !opaques_.empty()) answers.opaque = opaques_[with % opaques_.size()];
    start(with, [request = request(with), answers](const gateway::Caller& caller) {
      return gateway::authenticate(caller, request, answers);
    });
  }

  using Phase = std::function<net::Task<proto::HttpReply>(const gateway::Caller&)>;

  void start(std::uint8_t with, Phase phase) {
    ++open_;
    const Endpoint peer{Address::v4(0x0a000000U + with % 3U), 443};
    net::spawn(loop_.executor(), one_request(*this, peer, settings_, std::move(phase)),
               [](const Error&) { std::abort(); });
  }

  static net::Task<void> one_request(Scenario& self, Endpoint peer,
                                     std::shared_ptr<const proto::GatewaySettings> settings, Phase phase) {
    auto ticket = self.strangers_.enter(peer.address, [] {});
    const gateway::Caller caller{.peer = peer,
                                 .settings = std::move(settings),
                                 .services = self.services_,
                                 .flow = self.flow_,
                                 .ticket = ticket};
    auto answered = phase(caller);
    const auto reply = co_await std::move(answered);
    --self.open_;
    self.look_at(reply);
    auto listed = self.sessions_.list();
    const auto sessions = or_throw(co_await std::move(listed));
    self.check(sessions);
  }

  void look_at(const proto::HttpReply& reply) {
    require(reply.serialize(proto::ReplyTo::ordinary).has_value());
    for (const auto text : reply.headers.all("Set-Cookie")) {
      const auto cookie = or_throw(proto::SetCookie::parse(text));
      if (cookie.name == "webvpncontext") remember(cookies_, std::string(cookie.value.reveal_text()));
    }
    if (reply.status != 200 || reply.body.empty()) return;
    const auto message = proto::parse_gateway_message(reply.body);
    require(message.has_value());
    const auto* form = std::get_if<proto::AuthForm>(&*message);
    if (form != nullptr && !form->opaque.empty()) remember(opaques_, form->opaque);
  }

  static void remember(std::vector<std::string>& all, std::string one) {
    if (one.empty() || std::ranges::find(all, one) != all.end()) return;
    if (all.size() == most_remembered) all.erase(all.begin());
    all.push_back(std::move(one));
  }

  void check(const std::vector<store::Session>& sessions) const {
    std::map<std::string, int> had;  // by back end and user
    for (const auto& session : sessions) ++had["of " + session.connection_profile + '/' + session.user];
    for (const auto& session : sessions) {
      const auto name = "of " + session.connection_profile + '/' + session.user;
      const auto found = accepted_.find(name);
      require(found != accepted_.end());
      for (const auto method : settings_->default_host.profile(session.connection_profile)->methods) {
        const auto times = found->second.find(method);
        require(times != found->second.end() && times->second >= had[name]);
      }
    }
  }

  ByteView steps_;
  net::Loop loop_;
  store::MemoryStore sessions_;
  store::DialogueStore dialogues_{{.most = 6, .most_per_address = 3}};
  gateway::AuthenticatorLink authenticator_{loop_.executor()};
  gateway::Tunnels tunnels_{loop_.executor(), sessions_, gateway::SessionClock(store::WallTime())};
  gateway::Services services_{sessions_, dialogues_, authenticator_, tunnels_,
                              gateway::SessionClock(store::WallTime())};
  flow::Recorder flow_{1000};
  gateway::UnauthenticatedConnections strangers_{{}};
  std::shared_ptr<const proto::GatewaySettings> settings_ =
      std::make_shared<proto::GatewaySettings>(first_settings());
  bool holds_ = false;  // the authenticator
  int open_ = 0;        // requests
  std::optional<net::Socket> questions_;
  std::vector<Question> held_;
  std::map<std::string, std::map<AuthMethod, int>> accepted_;  // by back end and user
  std::set<std::string> spent_;
  std::vector<std::string> cookies_;
  std::vector<std::string> opaques_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  log::configure({log::Level::error, log::Format::text, "gateway"});
  Scenario({data, size}).run();
  return 0;
}
