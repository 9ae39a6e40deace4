#include "client/front.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <span>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "client/background.hpp"
#include "client/console.hpp"
#include "client/front_files.hpp"
#include "client/front_signals.hpp"
#include "client/host_settings_check.hpp"
#include "client/host_tunnel.hpp"
#include "client/trust_store.hpp"
#include "client/user_files.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"
#include "sys/udp_socket.hpp"

namespace sallyport::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Whom the connection becomes when root started the client without sudo; no account of the system's.
constexpr uid_t nobody_else = 61183;
// After the user's wish to end: a logout on a slow line has its time.
constexpr std::chrono::seconds end_limit{15};

std::optional<std::uint32_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const auto number = parse_number(text, 0xfffffffe);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

sys::Identity connection_identity() {
  if (geteuid() != 0) return {geteuid(), getegid()};
  const auto uid = number_in("SUDO_UID");
  const auto gid = number_in("SUDO_GID");
  if (uid && gid) return {*uid, *gid};
  return {nobody_else, nobody_else};
}

// The lifted blocks; without a folder for them there are none.
Result<std::string> load_trust() {
  const auto store = TrustStore::load();
  if (!store && store.error().kind == ErrorKind::unavailable) return std::string();
  if (!store) return tl::unexpected(store.error());
  auto text = store->exceptions().empty() ? std::string() : store->serialize();
  if (text.size() > proto::max_trust_file) {
    return fail(ErrorKind::unsupported, "there are too many allowed gateways; see `sallyport trust list`");
  }
  return text;
}

Result<void> store_trust(const std::string& text, const std::string& before, bool allow_untrusted) {
  if (text.size() > proto::max_trust_file) return fail(ErrorKind::malformed, "the list of them is too long");
  const auto store = TRY(TrustStore::parse(text));
  TRY(store.check_after(TRY(TrustStore::parse(before)), allow_untrusted));
  return store.save();
}

class Front {
 public:
  Front(const ConnectOptions& options, const Console& console, Background* background)
      : options_(options),
        console_(console),
        background_(background),
        files_(options, console),
        token_counter_(options) {}

  Result<void> start(const std::vector<std::string>& connection_arguments);
  int serve();  // the exit status

 private:
  void receive();
  void handle_signals();
  void pass_on(proto::UserWish wish);
  void note_end();
  using Files = std::vector<Descriptor>;  // beside a message
  void handle(const proto::StoreTrust& message, const Files&);
  void handle(const proto::ConfigureHost& message, const Files& files);
  void handle(const proto::Reconnecting& message, const Files&);
  void handle(const proto::StoreProfile& message, const Files& files);
  void handle(const proto::Remember& message, const Files&);
  void handle(const proto::AdvanceToken& message, const Files&);
  void handle(const proto::TunnelStands&, const Files&);
  Result<void> configure(const proto::HostSettings& settings);
  void send(const proto::FrontMessage& message, std::span<const int> descriptors = {});
  void give_up(const Error& error);  // with a connection that does not keep to its messages
  int wait_time() const;

  const ConnectOptions& options_;
  const Console& console_;
  Background* background_;  // null: we stay where we are
  FrontFiles files_;
  TokenCounter token_counter_;
  Descriptor signals_;
  Wishes wishes_;
  sys::Process connection_;
  std::string trust_;  // the lifted blocks at the start
  std::optional<HostTunnel> host_;
  std::optional<int> wait_status_;
  std::optional<steady_clock::time_point> end_by_;
  bool failed_ = false;  // for a reason that the connection does not know
};

Result<void> Front::start(const std::vector<std::string>& connection_arguments) {
  signals_ = TRY(take_signals());
  proto::ConnectionStart first;
  first.trust = trust_ = TRY(load_trust());
  const auto profiles = TRY(files_.introduce(first));
  auto files = TRY(open_user_files(options_));
  first.files = std::move(files.names);
  const auto identity = connection_identity();
  first.uid = identity.uid;
  first.gid = identity.gid;
  first.front = static_cast<std::uint32_t>(getpid());
  first.may_configure = geteuid() == 0;
  // Only then: it takes back what an earlier client left, which root alone may.
  const auto complain = [this](const Error& error) { console_.complain(error.text); };
  if (first.may_configure) host_.emplace(options_, HostPaths{}, complain);
  connection_ =
      TRY(sys::start_role(connection_arguments, {.keeps_stdin = true, .ignored_signals = user_signals}));
  std::vector<int> numbers;
  for (const auto& file : files.descriptors) numbers.push_back(file.number());
  for (const auto& file : profiles) numbers.push_back(file.number());
  send(first, numbers);
  return sys::set_non_blocking(connection_.channel.number());
}

int Front::wait_time() const {
  if (!end_by_) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*end_by_ - steady_clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

int Front::serve() {
  while (!wait_status_) {
    std::array<pollfd, 2> entries{pollfd{signals_.number(), POLLIN, 0},
                                  pollfd{connection_.channel.number(), POLLIN, 0}};
    const int ready = poll(entries.data(), entries.size(), wait_time());
    if (ready < 0 && errno != EINTR) console_.complain("cannot wait for the connection");
    if (ready == 0) {
      give_up({ErrorKind::timeout, "the connection does not end: it is killed"});
      end_by_.reset();
    }
    if (ready > 0 && entries[1].revents != 0) receive();
    if (ready > 0 && entries[0].revents != 0) handle_signals();
  }
  host_.reset();
  if (WIFEXITED(*wait_status_)) return failed_ ? 1 : WEXITSTATUS(*wait_status_);
  console_.complain("the connection ended by " + sys::describe_exit(*wait_status_));
  return 1;
}

// All that waits, so that the last wishes of a connection that has ended are heard too.
void Front::receive() {
  while (connection_.channel.is_open()) {
    const auto message = sys::receive_message(connection_.channel.number());
    if (!message && message.error().kind == ErrorKind::unavailable) return;
    if (!message && message.error().kind == ErrorKind::closed) {
      connection_.channel.close();
      return;
    }
    const auto decoded = message ? proto::decode<proto::ConnectionMessage>(message->bytes)
                                 : Result<proto::ConnectionMessage>(tl::unexpected(message.error()));
    if (!decoded)
      return give_up({decoded.error().kind, "the connection makes no sense: " + decoded.error().text});
    std::visit([&](const auto& wish) { handle(wish, message->descriptors); }, *decoded);
  }
}

void Front::handle_signals() {
  while (const int number = next_signal(signals_)) {
    if (number == SIGCHLD) note_end();
    const auto wish = wish_of(number);
    if (wish && wishes_.is_new(*wish, steady_clock::now())) pass_on(*wish);
  }
}

void Front::pass_on(proto::UserWish wish) {
  const bool ends = wish == proto::UserWish::end || wish == proto::UserWish::detach;
  if (ends && !end_by_) end_by_ = steady_clock::now() + end_limit;
  send(proto::UserWants{wish});
}

void Front::note_end() {
  int status = 0;
  if (waitpid(connection_.pid, &status, WNOHANG) != connection_.pid) return;
  wait_status_ = status;
  receive();
}

void Front::handle(const proto::StoreTrust& message, const Files&) {
  const auto stored = store_trust(message.trust, trust_, options_.allow_untrusted);
  if (!stored) console_.complain("cannot keep the allowed gateways: " + stored.error().text);
}

void Front::handle(const proto::ConfigureHost& message, const Files& files) {
  if (wait_status_) return;  // asked for by one that is gone
  for (const auto& udp : files) sys::set_buffers(udp.number());
  const auto done = configure(message.settings);
  if (!done) return send(proto::FrontFailed{done.error().text});
  const auto& tun = host_->tun();
  const std::array<int, 1> queue{tun.queues.front().number()};
  send(proto::HostConfigured{tun.name, tun.offload}, queue);
}

Result<void> Front::configure(const proto::HostSettings& settings) {
  if (!host_) return fail(ErrorKind::denied, "only root may make a tunnel interface: start it with sudo");
  TRY(check(settings));
  return host_->configure(settings);
}

void Front::handle(const proto::Reconnecting& message, const Files&) {
  if (wait_status_) return;
  const auto checked = check_gateways(message.gateways);
  if (!checked) return send(proto::FrontFailed{checked.error().text});
  if (host_) host_->reconnecting(message.gateways);
  send(proto::NetworkFollowed{});
}

void Front::handle(const proto::StoreProfile& message, const Files& files) {
  const auto stored = files_.store(message, files);
  if (!stored) return send(proto::FrontFailed{stored.error().text});
  send(proto::ProfileStored{});
}

void Front::handle(const proto::Remember& message, const Files&) {
  files_.remember(message);
}

void Front::handle(const proto::AdvanceToken& message, const Files&) {
  const auto kept = token_counter_.advance(message.counter);
  if (!kept) console_.complain("cannot keep the token's counter: " + kept.error().text);
}

void Front::handle(const proto::TunnelStands&, const Files&) {
  if (background_ == nullptr) return;
  const auto detached = background_->detach(options_.pid_file);
  if (detached) return;
  console_.complain(detached.error().text);
  failed_ = true;
  pass_on(proto::UserWish::end);
}

void Front::send(const proto::FrontMessage& message, std::span<const int> descriptors) {
  if (!connection_.channel.is_open()) return;
  const auto sent = sys::send_message(connection_.channel.number(), proto::encode(message), descriptors);
  // One that has just ended tells so by SIGCHLD.
  if (!sent && sent.error().kind != ErrorKind::closed) give_up(sent.error());
}

void Front::give_up(const Error& error) {
  console_.complain(error.text);
  if (!wait_status_) kill(connection_.pid, SIGKILL);  // else the number may be somebody else's by now
  connection_.channel.close();
}

}  // namespace

int run_front(const ConnectOptions& options, const std::vector<std::string>& connection_arguments) {
  const Console console(options);
  std::optional<Background> background;
  if (options.background) {
    auto begun = Background::begin();
    if (!begun) {
      console.complain(begun.error().text);
      return 1;
    }
    background.emplace(std::move(*begun));
  }
  Front front(options, console, background ? &*background : nullptr);
  if (const auto started = front.start(connection_arguments); !started) {
    console.complain(started.error().text);
    return 1;
  }
  return front.serve();
}

}  // namespace sallyport::client
