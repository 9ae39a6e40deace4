#include "test/pair/gateway_half.hpp"

#include "gateway/next_message.hpp"
#include "proto/dtls_suites.hpp"
#include "proto/keeper_messages.hpp"
#include "test/pair/link.hpp"
#include "tls/digest.hpp"
#include "tls/test_support.hpp"

namespace sallyport::pair {

namespace {

using Outcome = proto::AuthenticatorAnswer::Outcome;

constexpr std::string_view users = "alice::$1$pair$d6fvOqvkqwCvs4bBYMCs3/\n";
constexpr std::string_view tokens = "HOTP alice - 3132333435363738393031323334353637383930\n";
constexpr std::string_view client_profile =
    R"(<AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/"><ServerList><HostEntry>)"
    R"(<HostName>Head office</HostName><HostAddress>vpn.example.com</HostAddress>)"
    R"(</HostEntry></ServerList></AnyConnectProfile>)";

const tls::KeyPair& identity() {
  static const auto& pair = *new tls::KeyPair(tls::test::self_signed({.alternative_names = "IP:127.0.0.1"}));
  return pair;
}

proto::VirtualHost virtual_host() {
  using proto::AuthMethod;
  proto::GroupPolicy policy{.name = "staff", .banner = "Welcome"};
  policy.dpd = std::chrono::seconds(30);
  policy.idle_timeout = std::chrono::seconds(600);
  policy.client_profile = "staff.xml";
  policy.client_profile_hash = tls::sha1_hex(as_bytes(client_profile));
  policy.address_pool = "main";
  proto::VirtualHost host;
  host.connection_profiles = {{.name = password_group,
                               .group_alias = password_group,
                               .methods = {AuthMethod::password},
                               .aaa = "local",
                               .group_policy = "staff"},
                              {.name = code_group,
                               .group_alias = code_group,
                               .methods = {AuthMethod::password, AuthMethod::otp},
                               .aaa = "local",
                               .group_policy = "staff"},
                              {.name = "Certificates",
                               .group_urls = {"/certificates"},
                               .methods = {AuthMethod::certificate},
                               .certificate_user = proto::CertificateUserField::common_name,
                               .group_policy = "staff"}};
  host.default_profile = password_group;
  host.client_profiles = {{"staff.xml", policy.client_profile_hash, std::string(client_profile)}};
  host.group_policies = {std::move(policy)};
  host.address_pools = {{.name = "main", .ipv4 = or_throw(Prefix::parse("10.20.0.0/24"))}};
  return host;
}

std::shared_ptr<const proto::GatewaySettings> settings(std::optional<std::string> client_ca) {
  auto made = std::make_shared<proto::GatewaySettings>();
  made->tls.key_pairs = {{tls::test::to_pem(identity().chain.leaf()), 0}};
  made->tls.client_ca = std::move(client_ca);
  made->default_host = virtual_host();
  // Answers to CONNECT say so; no client of this process comes by UDP.
  made->dtls = {{or_throw(Endpoint::parse("0.0.0.0:443"))}, proto::default_dtls_ciphers()};
  return made;
}

auto full_disk() {
  return fail(ErrorKind::unavailable, "the disk is full");
}

keeper::Service open_keeper() {
  auto service = or_throw(keeper::Service::open());
  or_throw(service.add(Secret(tls::test::to_pem(identity().key))));
  return service;
}

}  // namespace

// --- the session store

net::Task<Result<store::Created>> FailingStore::create(store::Session session) {
  if (fails()) co_return full_disk();
  auto made = table_.create(std::move(session));
  if (made) ++created;
  co_return made;
}
net::Task<Result<std::optional<store::Session>>> FailingStore::find(store::TokenHash token) {
  if (fails()) co_return full_disk();
  co_return table_.find(token);
}
net::Task<Result<std::optional<store::Session>>> FailingStore::find(store::SessionId id) {
  if (fails()) co_return full_disk();
  co_return table_.find(id);
}
net::Task<Result<store::Session>> FailingStore::update(store::Session session) {
  if (fails()) co_return full_disk();
  co_return table_.update(std::move(session));
}
net::Task<Result<std::optional<store::Session>>> FailingStore::claim(store::SessionId id,
                                                                     store::Claim claim) {
  if (fails()) co_return full_disk();
  co_return table_.claim(id, claim);
}
net::Task<Result<store::Session>> FailingStore::lease(store::SessionId id, proto::AddressPool pool, bool ipv4,
                                                      bool ipv6) {
  if (fails()) co_return full_disk();
  co_return table_.lease(id, pool, ipv4, ipv6);
}
net::Task<Result<std::vector<store::Session>>> FailingStore::list() {
  if (fails()) co_return full_disk();
  co_return table_.list();
}
net::Task<Result<bool>> FailingStore::remove(store::SessionId id) {
  if (fails()) co_return full_disk();
  co_return table_.remove(id);
}
net::Task<Result<std::vector<store::Session>>> FailingStore::expire(store::WallTime now) {
  if (fails()) co_return full_disk();
  co_return table_.expire(now);
}

// --- the gateway

GatewayHalf::GatewayHalf(net::Loop& loop, std::optional<std::string> client_ca)
    : loop_(loop),
      keeper_(open_keeper()),
      authenticator_(loop.executor()),
      tunnels_(loop.executor(), sessions_, gateway::SessionClock(store::WallTime())),
      services_{sessions_, dialogues_, authenticator_, tunnels_, gateway::SessionClock(store::WallTime())},
      control_(loop, services_, {}, 1024, {}),
      pin_(tls::pin_sha256(identity().chain.leaf())) {
  auto [kernel, queue] = or_throw(sys::message_pair());
  for (const auto& end : {&kernel, &queue}) or_throw(sys::set_non_blocking(end->number()));
  tun_ = std::move(kernel);
  std::vector<Descriptor> queues;
  queues.push_back(std::move(queue));
  or_throw(tunnels_.start(std::move(queues), {}));
  auto [listener, endpoint] = listen_on_loopback();
  endpoint_ = endpoint;
  auto used = settings(std::move(client_ca));
  auto tls = or_throw(gateway::TlsSetup::make(loop.executor(), used->tls, start_keeper()));
  control_.use(std::move(tls), std::move(used));
  authenticator_.use(start_authenticator());
  control_.listen(std::move(listener));
}

void GatewayHalf::use(Disturbance& disturbance) {
  disturbance_ = &disturbance;
  sessions_.use(disturbance);
  sessions_.created = 0;
  accepted_ = 0;
  codes_.clear();
  back_end_ = or_throw(
      auth::FileAuthenticator::open(Secret(users), Secret(tokens), std::make_shared<auth::OtpLedger>()));
}

// --- the keeper and the authenticator, which answer as their processes do

Descriptor GatewayHalf::start_keeper() {
  auto [ours, gateways] = or_throw(sys::message_pair());
  net::spawn(loop_.executor(), keep(std::move(ours)), [](const Error&) {});  // a successor is there
  return std::move(gateways);
}

net::Task<void> GatewayHalf::keep(Descriptor socket) {
  or_throw(sys::set_non_blocking(socket.number()));
  net::Socket ours(loop_.executor(), std::move(socket));
  for (;;) {
    const auto message = co_await gateway::next_message(ours);
    const auto request = or_throw(proto::KeeperRequest::parse(message.bytes));
    if (disturbance_->strikes(Fault::keeper_dies)) {
      control_.replace_keeper(start_keeper());
      co_return;
    }
    auto answer = keeper_.answer(request);
    if (disturbance_->strikes(Fault::keeper_refuses)) answer = {.id = request.id};
    or_throw(sys::send_message(ours.number(), answer.serialize()));
  }
}

Descriptor GatewayHalf::start_authenticator() {
  auto [ours, gateways] = or_throw(sys::message_pair());
  net::spawn(loop_.executor(), authenticate(std::move(ours)), [](const Error&) {});
  return std::move(gateways);
}

net::Task<void> GatewayHalf::authenticate(Descriptor socket) {
  or_throw(sys::set_non_blocking(socket.number()));
  net::Socket ours(loop_.executor(), std::move(socket));
  for (;;) {
    const auto message = co_await gateway::next_message(ours);
    const auto request = or_throw(proto::AuthenticatorRequest::parse(message.bytes));
    if (request.method == proto::AuthenticatorRequest::Method::otp) {
      codes_.emplace_back(request.answer.reveal_text());
    }
    if (disturbance_->strikes(Fault::authenticator_dies)) {
      authenticator_.use(start_authenticator());
      co_return;
    }
    proto::AuthenticatorAnswer answer{request.id, judge(request)};
    or_throw(sys::send_message(ours.number(), or_throw(answer.serialize())));
  }
}

Outcome GatewayHalf::judge(const proto::AuthenticatorRequest& request) {
  if (disturbance_->strikes(Fault::authenticator_unavailable)) {
    return proto::AuthenticatorAnswer::Unavailable{"the directory does not answer"};
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto outcome = back_end_->authenticate(request, now);
  if (std::holds_alternative<proto::AuthenticatorAnswer::Accepted>(outcome)) ++accepted_;
  return outcome;
}

}  // namespace sallyport::pair
