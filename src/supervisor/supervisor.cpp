// The supervisor's life after the start: signals, deaths, restarts, the end.
#include "supervisor/supervisor.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <malloc.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/version.hpp"
#include "supervisor/crash_note.hpp"

namespace sallyport::supervisor {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds gateway_stop_limit{5000};
constexpr milliseconds others_stop_limit{1000};
constexpr std::array<Role, 3> all_roles{Role::keeper, Role::authenticator, Role::gateway};

Result<Descriptor> take_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, number);
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  Descriptor signals(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return fail_errno("cannot take signals");
  return signals;
}

// One descriptor for each connection: as many as the system gives.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string text_of(const std::vector<Located<Endpoint>>& endpoints) {
  std::string text;
  for (const auto& endpoint : endpoints) text += (text.empty() ? "" : ",") + endpoint.value.to_text();
  return text.empty() ? "-" : text;
}

}  // namespace

Result<void> Supervisor::check() {
  signals_ = TRY(take_signals());
  auto result = start(false);
  stop();
  return result;
}

int Supervisor::run() {
  raise_descriptor_limit();
  auto signals = take_signals();
  const auto started = signals ? start(true) : Result<void>(tl::unexpected(signals.error()));
  if (!started) {
    log::error(started.error().text);
    stop();
    return 1;
  }
  signals_ = std::move(*signals);
  const auto& listen = setup_->config.listen;
  ::malloc_trim(0);  // reading the configuration took a megabyte, which is free now and until the next reload
  log::notice("ready", {{"version", version()}, {"tcp", text_of(listen.tcp)}, {"udp", text_of(listen.udp)}});
  sd_notify(0, "READY=1\nSTATUS=serving");
  serve();
  sd_notify(0, "STOPPING=1");
  stop();
  log::notice("stopped");
  return exit_status_;
}

void Supervisor::serve() {
  while (!stopping_) {
    std::array<pollfd, 2> entries{pollfd{signals_.number(), POLLIN, 0}, pollfd{-1, POLLIN, 0}};
    const auto& gateway = slot(Role::gateway).child;
    if (gateway && gateway_speaks_) entries[1].fd = gateway->channel();
    if (poll(entries.data(), entries.size(), poll_timeout()) < 0 && errno != EINTR) {
      log::error(fail_errno("cannot wait for events").value().text);
      exit_status_ = 1;
      return;
    }
    if (entries[1].revents != 0) handle_gateway_event();
    if (entries[0].revents != 0) handle_signals();
    restart_due();
  }
}

int Supervisor::poll_timeout() const {
  std::optional<Time> next;
  for (const auto& one : slots_) {
    if (one.restart_at && (!next || *one.restart_at < *next)) next = one.restart_at;
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*next - steady_clock::now());
  return static_cast<int>(std::max(left, milliseconds(0)).count());
}

void Supervisor::handle_signals() {
  signalfd_siginfo info{};
  while (read(signals_.number(), &info, sizeof info) == sizeof info) {
    switch (static_cast<int>(info.ssi_signo)) {
      case SIGCHLD:
        reap();
        break;
      case SIGHUP:
        reload();
        break;
      default:
        stopping_ = true;
        break;
    }
  }
}

void Supervisor::handle_gateway_event() {
  auto& gateway = slot(Role::gateway).child;
  const auto event = gateway->receive<proto::GatewayEvent>();
  if (!event) {
    // Its death comes as SIGCHLD. A gateway that lives but talks nonsense has been taken over: end it.
    gateway_speaks_ = false;
    if (event.error().kind != ErrorKind::closed) gateway->kill();
    return;
  }
  if (std::holds_alternative<proto::ReloadWanted>(*event)) reload();
  if (const auto* wanted = std::get_if<proto::StopWanted>(&*event)) {
    stopping_ = true;
    end_sessions_ = wanted->end_sessions;
  }
}

void Supervisor::reap() {
  int wait_status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &wait_status, WNOHANG)) > 0;) {
    std::erase_if(retiring_, [&](const Child& child) { return child.pid() == pid; });
    for (const Role role : all_roles) {
      if (slot(role).child && slot(role).child->pid() == pid) child_died(role, pid, wait_status);
    }
  }
}

void Supervisor::child_died(Role role, pid_t pid, int wait_status) {
  auto& dead = slot(role);
  dead.child.reset();
  if (stopping_) return;
  const auto how = sys::describe_exit(wait_status);
  const auto wait = dead.policy.died(steady_clock::now());
  if (!wait) {
    give_up(role, how);
    return;
  }
  log::error(std::string(name_of(role)) + " died: " + how,
             {{"pid", std::int64_t{pid}}, {"restart_in_seconds", std::int64_t{wait->count()}}});
  dead.restart_at = steady_clock::now() + *wait;
}

void Supervisor::restart_due() {
  for (const Role role : all_roles) {
    auto& dead = slot(role);
    if (stopping_ || !dead.restart_at || *dead.restart_at > steady_clock::now()) continue;
    dead.restart_at.reset();
    const auto result = restart(role);
    if (result) {
      log::notice(std::string(name_of(role)) + " runs again", {{"pid", std::int64_t{dead.child->pid()}}});
      continue;
    }
    const auto wait = dead.policy.died(steady_clock::now());
    log::error(std::string(name_of(role)) + " could not be started: " + result.error().text);
    if (!wait) return give_up(role, result.error().text);
    dead.restart_at = steady_clock::now() + *wait;
  }
}

Result<void> Supervisor::restart(Role role) {
  auto& gateway = slot(Role::gateway).child;
  switch (role) {
    case Role::gateway:
      return start_gateway();
    case Role::keeper: {
      auto keyring = TRY(start_keeper(*setup_));
      slot(Role::keeper).child = std::move(keyring.keeper);
      keeper_sockets_ = std::move(keyring.gateway_ends);
      const auto sockets = numbers_of(keeper_sockets_);
      if (gateway) TRY(gateway->send(proto::GatewayCommand(proto::KeeperReplaced{}), sockets));
      break;
    }
    case Role::authenticator: {
      TRY(start_authenticator());
      const std::array<int, 1> socket{authenticator_socket_.number()};
      if (gateway) TRY(gateway->send(proto::GatewayCommand(proto::AuthenticatorReplaced{}), socket));
      break;
    }
  }
  publish_processes();
  return {};
}

void Supervisor::publish_processes() {
  // A gateway that can't take it is about to be replaced.
  if (auto& gateway = slot(Role::gateway).child)
    (void)gateway->send(proto::GatewayCommand(processes_with(*gateway)));
}

proto::Processes Supervisor::processes_with(const Child& gateway) const {
  proto::Processes list;
  list.processes.push_back({"supervisor", static_cast<std::uint32_t>(getpid()), geteuid()});
  for (const Role role : all_roles) {
    const auto& in_slot = slot(role).child;
    const Child* child = role == Role::gateway ? &gateway : in_slot ? &*in_slot : nullptr;
    const auto identity = identity_of(role, setup_->config);
    if (child == nullptr || !identity) continue;
    list.processes.push_back(
        {std::string(name_of(role)), static_cast<std::uint32_t>(child->pid()), identity->uid});
  }
  return list;
}

void Supervisor::give_up(Role role, const std::string& how) {
  const auto note = write_crash_note(setup_->config.state.directory.value, name_of(role), how);
  log::error(std::string(name_of(role)) + " died five times within a minute, the last time by " + how +
                 ": the service ends",
             {{"note", note ? *note : note.error().text}});
  stopping_ = true;
  exit_status_ = 1;
}

void Supervisor::stop() {
  stopping_ = true;
  if (admin_listener_) unlink(std::get<UnixPath>(setup_->config.listen.admin.value).path.c_str());
  if (auto& gateway = slot(Role::gateway).child) {
    (void)gateway->send(
        proto::GatewayCommand(proto::GatewayStop{end_sessions_}));  // its channel's end says the same
    wait_for_children(gateway_stop_limit);
  }
  // The others end when their channels do.
  for (auto& one : slots_) {
    if (one.child) retiring_.push_back(std::move(*one.child));
    one.child.reset();
  }
  std::vector<pid_t> left;
  for (auto& child : retiring_) left.push_back(child.pid());
  retiring_.clear();
  const auto end = steady_clock::now() + others_stop_limit;
  while (!left.empty()) {
    std::erase_if(left, [](pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; });
    if (steady_clock::now() >= end) {
      for (const pid_t pid : left) kill(pid, SIGKILL);
    }
    if (!left.empty()) poll(nullptr, 0, 5);
  }
}

// Until the gateway is gone or the limit has passed.
void Supervisor::wait_for_children(milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  while (slot(Role::gateway).child && steady_clock::now() < end) {
    reap();
    if (slot(Role::gateway).child) poll(nullptr, 0, 5);
  }
}

}  // namespace sallyport::supervisor
