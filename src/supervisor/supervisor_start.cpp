// Starting the three children and handing them what they need: the first half of the supervisor.
#include <malloc.h>
#include <unistd.h>

#include "base/version.hpp"
#include "supervisor/admin_group.hpp"
#include "supervisor/identity.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/tunnel_interface.hpp"
#include "supervisor/unreloadable.hpp"
#include "sys/boot_clock.hpp"
#include "sys/landlock.hpp"
#include "sys/listener.hpp"
#include "sys/memory_file.hpp"

namespace sallyport::supervisor {

namespace {

// A child that has not come up by then is taken for dead. Generous: reading 1,000 keys on a loaded machine.
constexpr std::chrono::seconds start_limit{10};

// What a child said about one of the files it was given, with the place where the configuration names that
// file.
tl::unexpected<Error> blame(const Setup& setup, const proto::RoleFailed& failure,
                            const std::vector<Position>& places) {
  if (failure.item && *failure.item < places.size())
    return fail_at(setup.config, places[*failure.item], failure.text);
  return fail(ErrorKind::internal, failure.text);
}

}  // namespace

proto::RoleSettings Supervisor::role_settings(sys::Identity identity) const {
  return {identity.uid, identity.gid, static_cast<std::uint32_t>(getpid()),
          static_cast<std::uint8_t>(options_.log_level), options_.log_format == log::Format::json};
}

Result<void> Supervisor::start(bool listening) {
  setup_ = TRY(Setup::load(options_.config_file));
  control_threads_ = setup_->config.process.control_threads;
  started_at_ = sys::boot_time_seconds();
  booted_at_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
               std::chrono::seconds(started_at_);
  if (listening) {
    if (!sys::has_landlock()) {
      log::warning("this kernel has no Landlock: seccomp alone keeps the other processes from files");
    }
    TRY(open_listeners());
    state_ = TRY(open_state_files(setup_->config));
    tun_ = TRY(open_tunnel_interface(setup_->config));
  }

  auto keyring = TRY(start_keeper(*setup_));
  slot(Role::keeper).child = std::move(keyring.keeper);
  keeper_sockets_ = std::move(keyring.gateway_ends);
  TRY(start_authenticator());
  return start_gateway();
}

Result<void> Supervisor::open_listeners() {
  const auto& listen = setup_->config.listen;
  // They go to the gateway in one message with the keeper's sockets for each thread and worker, the TUN's
  // queues and five more.
  const auto workers = static_cast<std::size_t>(setup_->config.process.workers.value);
  const auto wanted = threads() * (1 + listen.tcp.size()) + workers * (2 + listen.udp.size()) + 5;
  if (wanted > sys::max_message_descriptors) {
    return fail_at(setup_->config, listen.tcp.front().at,
                   "too many listen addresses for " + std::to_string(threads()) + " control threads and " +
                       std::to_string(workers) + " workers");
  }
  for (std::size_t thread = 0; thread < threads(); ++thread) {
    for (const auto& endpoint : listen.tcp) {
      auto listener = sys::listen_tcp(endpoint.value);
      if (!listener) return fail_at(setup_->config, endpoint.at, listener.error().text);
      listeners_.push_back(std::move(*listener));
    }
  }
  TRY(open_udp_sockets());
  const auto& admin = std::get<UnixPath>(listen.admin.value);
  auto opened = sys::listen_unix(admin.path, admin_group());
  if (!opened) return fail_at(setup_->config, listen.admin.at, opened.error().text);
  admin_listener_ = std::move(*opened);
  return {};
}

Result<void> Supervisor::open_udp_sockets() {
  for (int worker = 0; worker < setup_->config.process.workers.value; ++worker) {
    for (const auto& endpoint : setup_->config.listen.udp) {
      auto socket = sys::listen_udp(endpoint.value);
      if (!socket) return fail_at(setup_->config, endpoint.at, socket.error().text);
      udp_sockets_.push_back(std::move(*socket));
    }
  }
  return {};
}

Result<Supervisor::Keyring> Supervisor::start_keeper(const Setup& setup) {
  const auto identity = TRY(identity_of(Role::keeper, setup.config));
  Keyring keyring{TRY(Child::start(Role::keeper)), {}};
  std::vector<Descriptor> keeper_ends;
  const auto sockets = threads() + tun_.queues.size();
  for (std::size_t number = 0; number < sockets; ++number) {
    auto [ours, theirs] = TRY(sys::message_pair());
    keyring.gateway_ends.push_back(std::move(ours));
    keeper_ends.push_back(std::move(theirs));
  }
  auto descriptors = numbers_of(setup.key_files);
  for (const auto& end : keeper_ends) descriptors.push_back(end.number());
  const proto::KeeperStart command{role_settings(identity),
                                   static_cast<std::uint16_t>(setup.key_files.size()),
                                   static_cast<std::uint16_t>(sockets)};
  TRY(keyring.keeper.send(command, descriptors));

  const auto event = TRY(keyring.keeper.await_start<proto::KeeperEvent>(start_limit));
  if (const auto* failure = std::get_if<proto::RoleFailed>(&event)) {
    std::vector<Position> places;
    for (const auto& pair : setup.config.tls.key_pairs) places.push_back(pair.private_key.at);
    return blame(setup, *failure, places);
  }
  TRY(setup.match_keys(std::get<proto::KeeperReady>(event).public_keys));
  return keyring;
}

Result<void> Supervisor::start_authenticator() {
  const auto identity = TRY(identity_of(Role::authenticator, setup_->config));
  auto child = TRY(Child::start(Role::authenticator));
  auto [ours, theirs] = TRY(sys::message_pair());
  std::vector<int> descriptors{theirs.number()};
  const bool has_state = state_.otp.database.is_open();
  if (has_state) {
    descriptors.insert(descriptors.end(), {state_.otp.database.number(), state_.otp.log.number()});
  }
  for (const auto& file : setup_->account_files) descriptors.push_back(file.number());
  const proto::AuthenticatorStart command{role_settings(identity), has_state, setup_->aaa_settings()};
  TRY(child.send(proto::AuthenticatorCommand(command), descriptors));
  const auto event = TRY(child.await_start<proto::AuthenticatorEvent>(start_limit));
  if (const auto* failure = std::get_if<proto::RoleFailed>(&event)) {
    return blame(*setup_, *failure, setup_->account_places);
  }
  authenticator_socket_ = std::move(ours);
  slot(Role::authenticator).child = std::move(child);
  return {};
}

Result<void> Supervisor::start_gateway() {
  const auto identity = TRY(identity_of(Role::gateway, setup_->config));
  auto child = TRY(Child::start(Role::gateway));
  const auto settings =
      TRY(sys::make_memory_file(proto::encode(setup_->gateway_settings(generation_, started_at_))));
  std::vector<int> descriptors{settings.number(), authenticator_socket_.number()};
  for (const auto& socket : keeper_sockets_) descriptors.push_back(socket.number());
  for (const auto& listener : listeners_) descriptors.push_back(listener.number());
  for (const auto& queue : tun_.queues) descriptors.push_back(queue.number());
  for (const auto& socket : udp_sockets_) descriptors.push_back(socket.number());
  if (state_.sessions.database) {
    descriptors.insert(descriptors.end(), {state_.sessions.database.number(), state_.sessions.log.number()});
  }
  if (admin_listener_) descriptors.push_back(admin_listener_.number());
  proto::GatewayStart command;
  command.role = role_settings(identity);
  command.control_threads = static_cast<std::uint16_t>(threads());
  command.listeners = static_cast<std::uint16_t>(listeners_.size() / threads());
  command.tun_queues = static_cast<std::uint16_t>(tun_.queues.size());
  command.udp_sockets =
      static_cast<std::uint16_t>(tun_.queues.empty() ? 0 : udp_sockets_.size() / tun_.queues.size());
  command.state = state_.sessions.database.is_open();
  command.admin = admin_listener_.is_open();
  command.tun_offload = tun_.offload;
  command.udp_gso = setup_->config.tunnel.udp_gso;
  command.coalesce_udp = setup_->config.tunnel.coalesce_udp;
  command.dtls_by_openssl = setup_->config.tunnel.dtls_crypto == DtlsCrypto::openssl;
  command.booted_at = booted_at_;
  TRY(child.send(proto::GatewayCommand(command), descriptors));
  // Before it serves admins: the first status that it gives is whole.
  TRY(child.send(proto::GatewayCommand(processes_with(child))));
  const auto event = TRY(child.await_start<proto::GatewayEvent>(start_limit));
  if (const auto* failure = std::get_if<proto::RoleFailed>(&event))
    return fail(ErrorKind::internal, failure->text);
  slot(Role::gateway).child = std::move(child);
  gateway_speaks_ = true;
  return {};
}

// Ready or failed. What an admin wants meanwhile is not lost: a stop is noted; a reload is under way already.
Result<void> Supervisor::await_gateway(Child& gateway) {
  for (;;) {
    const auto event = TRY(gateway.await<proto::GatewayEvent>(start_limit));
    if (std::holds_alternative<proto::RoleReady>(event)) return {};
    if (const auto* failure = std::get_if<proto::RoleFailed>(&event))
      return fail(ErrorKind::internal, failure->text);
    if (const auto* wanted = std::get_if<proto::StopWanted>(&event)) {
      stopping_ = true;
      end_sessions_ = wanted->end_sessions;
    }
  }
}

void Supervisor::reload() {
  log::notice("reloading the configuration");
  const auto result = try_reload();
  ::malloc_trim(0);
  if (result) {
    log::notice("the new configuration is in force",
                {{"generation", static_cast<std::int64_t>(generation_)}});
  } else {
    log::error("the configuration was not changed: " + result.error().text);
  }
  if (auto& gateway = slot(Role::gateway).child) {
    const proto::ReloadDone done{result ? "" : result.error().text};
    (void)gateway->send(proto::GatewayCommand(done));  // a dying gateway has nobody waiting for the answer
  }
}

// Everything that can fail comes before the first thing that changes.
Result<void> Supervisor::try_reload() {
  auto next = TRY(Setup::load(options_.config_file));
  const auto kept = keep_unreloadable(setup_->config, next->config);
  auto keyring = TRY(start_keeper(*next));
  auto& authenticator = slot(Role::authenticator).child;
  auto& gateway = slot(Role::gateway).child;
  if (!authenticator || !gateway)
    return fail(ErrorKind::unavailable, "a process is being restarted: try again");

  const proto::AuthenticatorReload accounts{next->aaa_settings()};
  TRY(authenticator->send(proto::AuthenticatorCommand(accounts), numbers_of(next->account_files)));
  const auto accounts_event = TRY(authenticator->await<proto::AuthenticatorEvent>(start_limit));
  if (const auto* failure = std::get_if<proto::RoleFailed>(&accounts_event)) {
    return blame(*next, *failure, next->account_places);
  }
  const auto settings =
      TRY(sys::make_memory_file(proto::encode(next->gateway_settings(generation_ + 1, started_at_))));
  auto descriptors = numbers_of(keyring.gateway_ends);
  descriptors.insert(descriptors.begin(), settings.number());
  TRY(gateway->send(proto::GatewayCommand(proto::GatewayReload{}), descriptors));
  TRY(await_gateway(*gateway));

  for (const auto section : kept) {
    log::warning("a change takes effect at the next start only", {{"section", section}});
  }
  auto& keeper = slot(Role::keeper);
  if (keeper.child) retiring_.push_back(std::move(*keeper.child));
  keeper.child = std::move(keyring.keeper);
  keeper.restart_at.reset();
  keeper_sockets_ = std::move(keyring.gateway_ends);
  setup_ = std::move(next);
  ++generation_;
  publish_processes();
  return {};
}

}  // namespace sallyport::supervisor
