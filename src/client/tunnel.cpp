#include "client/tunnel.hpp"

#include <utility>

#include <fcntl.h>

namespace sallyport::client {

namespace {

// For the gateway to take the DISCONNECT. Whoever has pressed the keys does not want to wait longer.
constexpr std::chrono::seconds goodbye_limit{2};

bool is_of_a_worker(const Happening& happening) {
  return std::holds_alternative<tunnel::Ended>(happening) ||
         std::holds_alternative<tunnel::Totals>(happening) ||
         std::holds_alternative<tunnel::DtlsReport>(happening) ||
         std::holds_alternative<tunnel::RekeyReport>(happening);
}

}  // namespace

Tunnel::Tunnel(net::Loop& loop, const ConnectOptions& options)
    : loop_(loop),
      arrived_(loop.executor()),
      offloads_({.udp_gso = !options.no_udp_gso, .coalesce_udp = !options.no_coalesce_udp}) {
  if (options.dtls_by_openssl) tls::use_aead_library(tls::AeadLibrary::evp);
}

Result<void> Tunnel::start(Descriptor udp, tunnel::Attach attach) {
  tunnel::WorkerSettings settings;
  settings.tun = Descriptor(::fcntl(interface_.tun.number(), F_DUPFD_CLOEXEC, 0));
  if (!settings.tun) return fail_errno("cannot use the tunnel interface");
  if (udp) settings.udp.push_back(std::move(udp));
  settings.gateway = false;
  settings.offloads = offloads_;
  settings.offloads.tun = interface_.offload;
  attach.settings.id = id();
  worker_ =
      TRY(tunnel::Worker::start(std::move(settings), [this, generation = generation_](tunnel::Event event) {
        tell(generation, std::move(event));
      }));
  running_ = true;
  worker_->post(std::move(attach));
  return {};
}

void Tunnel::post(tunnel::Command command) {
  if (worker_) worker_->post(std::move(command));
}

// In the worker's thread.
void Tunnel::tell(std::uint64_t generation, tunnel::Event event) {
  loop_.post([this, generation, event = std::move(event)] {
    if (generation != generation_) return;
    if (const auto* ended = std::get_if<tunnel::Ended>(&event)) {
      running_ = false;
      carried_.add(ended->totals.counters);
    }
    std::visit([this](const auto& happening) { put(happening); }, event);
  });
}

net::Task<void> Tunnel::say_goodbye(std::optional<proto::Disconnect> word) {
  post(tunnel::End{id(), std::move(word)});
  co_await look_on([this] { return !running_; });
}

net::Task<void> Tunnel::look_on(std::function<bool()> done) {
  const auto executor = co_await net::this_executor();
  const net::Alarm limit(executor, goodbye_limit, [this] { put(TimeUp{TimeUp::For::goodbye}); });
  while (!done()) {
    const auto happening = co_await next();
    const auto* time = std::get_if<TimeUp>(&happening);
    const auto* wish = std::get_if<proto::UserWish>(&happening);
    if (time != nullptr && time->what == TimeUp::For::goodbye) co_return;
    if (wish != nullptr && (*wish == proto::UserWish::end || *wish == proto::UserWish::detach)) co_return;
  }
}

net::Task<void> Tunnel::stop() {
  if (!worker_) co_return;
  post(tunnel::End{id(), std::nullopt});
  while (running_) co_await arrived_.wait();
  worker_.reset();
  ++generation_;
  std::erase_if(row_, is_of_a_worker);
}

void Tunnel::put(Happening happening) {
  row_.push_back(std::move(happening));
  arrived_.notify();
}

net::Task<Happening> Tunnel::next() {
  while (row_.empty()) co_await arrived_.wait();
  auto happening = std::move(row_.front());
  row_.pop_front();
  co_return happening;
}

}  // namespace sallyport::client
