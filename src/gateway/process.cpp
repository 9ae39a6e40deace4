#include "gateway/process.hpp"

#include "base/log.hpp"
#include "base/version.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_sessions.hpp"
#include "gateway/download.hpp"
#include "gateway/next_message.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "sys/boot_clock.hpp"
#include "sys/memory_file.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::gateway {

namespace {

// How long peers have to take their DISCONNECT: less than the supervisor waits for this process.
constexpr std::chrono::milliseconds goodbye_pause{50};
constexpr int goodbye_tries = 60;

// What connections leave: to admins, and to the supervisor's messages and whatever else keeps the service up.
constexpr int admin_descriptors = 16;
constexpr int spare_descriptors = 16;

std::string_view name_of(TunOffload offload) {
  if (offload == TunOffload::none) return "none";
  return offload == TunOffload::tcp ? "tcp" : "tcp_and_udp";
}

proto::DataPathStatus status_of(const DataPath& path) {
  const auto& features = path.features;
  proto::DataPathStatus status{.crypto = std::string(tls::name_of(features.crypto)),
                               .tun_offload = std::string(name_of(features.tun_offload)),
                               .coalesce_tcp = features.coalesce_tcp,
                               .coalesce_udp = features.coalesce_udp,
                               .udp_gso = features.udp_gso,
                               .udp_gro = features.udp_gro,
                               .dropped = {}};
  for (std::size_t i = 0; i < path.dropped.size(); ++i) {
    status.dropped.emplace_back(tunnel::name_of(static_cast<tunnel::Drop>(i)), path.dropped[i]);
  }
  return status;
}

// Takes `count` descriptors from the front, in the order the message says.
Result<std::vector<Descriptor>> take(std::vector<Descriptor>& from, std::size_t count) {
  if (from.size() < count)
    return fail(ErrorKind::malformed, "a message from the supervisor lacks descriptors");
  std::vector<Descriptor> taken;
  for (std::size_t i = 0; i < count; ++i) taken.push_back(std::move(from[i]));
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
  return taken;
}

Result<proto::GatewaySettings> read_settings(int file) {
  const auto bytes = TRY(sys::read_whole(file, proto::max_gateway_settings));
  return proto::decode<proto::GatewaySettings>(bytes);
}

}  // namespace

// One for each control thread, then one for each worker.
Result<std::vector<Descriptor>> GatewayProcess::take_keeper_sockets(std::vector<Descriptor>& given) const {
  return take(given, threads_.size() + workers_);
}

// What uses the loops goes before them, but for the control threads: coroutines that the loops hold refer to
// those until the end.
GatewayProcess::~GatewayProcess() {
  end();
  shared_.reset();
  supervisor_.reset();
  reloaded_.reset();
  for (auto& thread : threads_) {
    if (thread->control) thread->control->forget();
  }
  for (auto& thread : threads_) thread->loop.reset();
}

Result<void> GatewayProcess::tell(const proto::GatewayEvent& event) {
  return sys::send_message(sys::channel_descriptor, proto::encode(event));
}

Result<void> GatewayProcess::start() {
  auto message = TRY(sys::receive_message(sys::channel_descriptor));
  const auto command = TRY(proto::decode<proto::GatewayCommand>(message.bytes));
  const auto* orders = std::get_if<proto::GatewayStart>(&command);
  if (orders == nullptr) return fail(ErrorKind::malformed, "the first message is not a start");
  const auto& role = orders->role;
  log::configure({static_cast<log::Level>(role.log_level),
                  role.log_json ? log::Format::json : log::Format::text, "gateway"});
  auto& given = message.descriptors;
  const auto settings_file = TRY(take(given, 1));
  authenticator_ = std::move(TRY(take(given, 1)).front());
  for (std::size_t i = 0; i < orders->control_threads; ++i) threads_.push_back(std::make_unique<Thread>());
  workers_ = orders->tun_queues;
  auto keeper_sockets = TRY(take_keeper_sockets(given));
  listeners_ = TRY(take(given, std::size_t{orders->control_threads} * orders->listeners));
  auto tun_queues = TRY(take(given, orders->tun_queues));
  auto udp_sockets = TRY(take(given, std::size_t{orders->tun_queues} * orders->udp_sockets));
  auto state_files = TRY(take(given, orders->state ? 2 : 0));
  if (orders->admin) admin_listener_ = std::move(TRY(take(given, 1)).front());

  // The supervisor's messages carry one for each thread and worker, beside those that are in use still.
  const auto spare = static_cast<int>(2 * (threads_.size() + workers_)) + spare_descriptors;
  descriptors_ = std::max(sys::descriptor_limit() - spare - admin_descriptors, 0);
  TRY(sys::confine(sys::Confined::gateway, {role.uid, role.gid}, static_cast<pid_t>(role.supervisor)));
  settings_ =
      std::make_shared<const proto::GatewaySettings>(TRY(read_settings(settings_file.front().number())));
  TRY(start_services(SessionClock(orders->booted_at), std::move(state_files)));
  if (orders->dtls_by_openssl) tls::use_aead_library(tls::AeadLibrary::evp);
  TRY(shared_->tunnels.start(std::move(tun_queues), std::move(udp_sockets),
                             {orders->tun_offload, orders->udp_gso, orders->coalesce_udp}));
  return apply_settings(settings_, std::move(keeper_sockets));
}

Result<void> GatewayProcess::start_services(SessionClock clock, std::vector<Descriptor> state_files) {
  const auto main = threads_.front()->loop->executor();
  std::unique_ptr<store::SessionStore> sessions;
  if (state_files.empty()) {  // only a check: nobody will log in
    sessions = std::make_unique<store::MemoryStore>();
  } else {
    sessions =
        TRY(store::SqliteStore::open(std::move(state_files[0]), std::move(state_files[1]), clock.now()));
  }
  shared_ = std::make_unique<Shared>(main, std::move(sessions), clock);
  shared_->authenticator.use(std::move(authenticator_));
  const auto strangers =
      UnauthenticatedConnections::Limits::within(static_cast<std::size_t>(descriptors_) / threads_.size());
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    auto& thread = *threads_[i];
    const ControlThread::Place place{i, threads_.size()};
    thread.control =
        std::make_unique<ControlThread>(*thread.loop, shared_->services, place, descriptors_, strangers);
  }
  return {};
}

Result<void> GatewayProcess::apply_settings(std::shared_ptr<const proto::GatewaySettings> settings,
                                            std::vector<Descriptor> keeper_sockets) {
  std::vector<std::shared_ptr<TlsSetup>> setups;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    auto& loop = *threads_[i]->loop;
    setups.push_back(TRY(TlsSetup::make(loop.executor(), settings->tls, std::move(keeper_sockets.at(i)))));
  }
  // Nothing can fail from here on: each thread changes over by itself.
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    auto& thread = *threads_[i];
    thread.loop->post(
        [&thread, setup = std::move(setups[i]), settings] { thread.control->use(setup, settings); });
  }
  keeper_sockets.erase(keeper_sockets.begin(),
                       keeper_sockets.begin() + static_cast<std::ptrdiff_t>(threads_.size()));
  shared_->tunnels.use_keeper(std::move(keeper_sockets));
  settings_ = std::move(settings);
  return {};
}

void GatewayProcess::run() {
  auto& main = *threads_.front();
  supervisor_ = std::make_unique<net::Socket>(main.loop->executor(), Descriptor(sys::channel_descriptor));
  reloaded_ = std::make_unique<net::Signal>(main.loop->executor());
  net::spawn(main.loop->executor(), hear_supervisor(), [this](const Error& error) {
    if (error.kind != ErrorKind::closed) log::error("the channel to the supervisor failed: " + error.text);
    threads_.front()->loop->stop();
  });
  const auto per_thread = listeners_.size() / threads_.size();
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    auto& thread = *threads_[i / per_thread];
    thread.loop->post(
        [&thread, number = listeners_[i].release()] { thread.control->listen(Descriptor(number)); });
  }
  if (admin_listener_) {
    serve_admins(*this, main.loop->executor(), std::move(admin_listener_), descriptors_ + admin_descriptors);
  }
  for (auto& thread : threads_) {
    if (thread != threads_.front()) thread->runner = std::thread([&loop = *thread->loop] { loop.run(); });
  }
  main.loop->run();
  end();
}

void GatewayProcess::end() {
  for (auto& thread : threads_) thread->loop->stop();
  for (auto& thread : threads_) {
    if (thread->runner.joinable()) thread->runner.join();
  }
  if (shared_) shared_->tunnels.stop();
}

net::Task<void> GatewayProcess::hear_supervisor() {
  or_throw(sys::set_non_blocking(supervisor_->number()));
  for (;;) {
    auto message = co_await next_message(*supervisor_);
    obey(or_throw(proto::decode<proto::GatewayCommand>(message.bytes)), std::move(message.descriptors));
  }
}

void GatewayProcess::obey(proto::GatewayCommand command, std::vector<Descriptor> descriptors) {
  if (std::holds_alternative<proto::GatewayReload>(command)) {
    auto settings_file = or_throw(take(descriptors, 1));
    auto keeper_sockets = or_throw(take_keeper_sockets(descriptors));
    auto settings = read_settings(settings_file.front().number());
    Result<void> applied;
    if (settings) {
      keep_earlier_profiles(settings_->default_host, settings->default_host);
      applied = apply_settings(std::make_shared<const proto::GatewaySettings>(std::move(*settings)),
                               std::move(keeper_sockets));
    } else {
      applied = tl::unexpected(settings.error());
    }
    or_throw(applied ? tell(proto::RoleReady{})
                     : tell(proto::RoleFailed{std::nullopt, applied.error().text}));
  } else if (std::holds_alternative<proto::KeeperReplaced>(command)) {
    auto sockets = or_throw(take(descriptors, threads_.size()));
    shared_->tunnels.use_keeper(or_throw(take(descriptors, workers_)));
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      auto& thread = *threads_[i];
      thread.loop->post(
          [&thread, number = sockets[i].release()] { thread.control->replace_keeper(Descriptor(number)); });
    }
  } else if (std::holds_alternative<proto::AuthenticatorReplaced>(command)) {
    shared_->authenticator.use(std::move(or_throw(take(descriptors, 1)).front()));
  } else if (auto* list = std::get_if<proto::Processes>(&command)) {
    processes_ = std::move(list->processes);
  } else if (auto* done = std::get_if<proto::ReloadDone>(&command)) {
    reload_error_ = std::move(done->error);
    reloaded_->notify();
  } else if (const auto* stop = std::get_if<proto::GatewayStop>(&command)) {
    net::spawn(threads_.front()->loop->executor(), finish(stop->end_sessions), [this](const Error& error) {
      log::error("the sessions could not be ended: " + error.text);
      threads_.front()->loop->stop();
    });
  }
}

// Sessions that are to end are told; all others come back to the next process.
net::Task<void> GatewayProcess::finish(bool end_sessions) {
  if (end_sessions) {
    co_await disconnect_sessions(shared_->services, {.all = true});
    for (int i = 0; i < goodbye_tries && shared_->tunnels.count() > 0; ++i)
      co_await net::sleep(goodbye_pause);
  } else {
    co_await shared_->tunnels.save();
  }
  threads_.front()->loop->stop();
}

proto::Status GatewayProcess::status() const {
  proto::Status status;
  status.version = version();
  status.uptime_seconds = static_cast<std::uint64_t>(sys::boot_time_seconds() - settings_->started_at);
  status.sessions = shared_->tunnels.count();
  status.workers = settings_->workers;
  status.generation = settings_->generation;
  for (const auto& process : processes_) {
    if (process.role == "supervisor") status.pid = process.pid;
  }
  status.processes = processes_;
  status.data_path = status_of(shared_->tunnels.data_path());
  return status;
}

// Each thread copies its own and hands the copy over. The threads' loops hold nothing of the main loop's:
// they may outlive it.
net::Task<std::vector<flow::Kept>> GatewayProcess::flow_events() {
  struct Collected {
    net::Signal one_more;
    std::vector<flow::Kept> events;
  };
  const auto main = threads_.front()->loop->executor();
  const auto collected = std::make_shared<Collected>(Collected{net::Signal(main), {}});
  const std::weak_ptr<Collected> waiting = collected;
  for (auto& thread : threads_) {
    thread->loop->post([waiting, main, &control = *thread->control] {
      const auto kept = std::make_shared<flow::Kept>(control.kept_events());
      net::post(main, [waiting, kept] {
        const auto here = waiting.lock();
        if (!here) return;
        here->events.push_back(std::move(*kept));
        here->one_more.notify();
      });
    });
  }
  while (collected->events.size() < threads_.size()) co_await collected->one_more.wait();
  collected->events.push_back(shared_->tunnels.kept_events());
  co_return std::move(collected->events);
}

net::Task<std::string> GatewayProcess::reload() {
  or_throw(tell(proto::ReloadWanted{}));
  co_await reloaded_->wait();
  co_return reload_error_;
}

void GatewayProcess::stop(bool end_sessions) {
  or_throw(tell(proto::StopWanted{end_sessions}));
}

}  // namespace sallyport::gateway
