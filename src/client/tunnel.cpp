#include "client/tunnel.hpp"

namespace sallyport::client {

Tunnel::Tunnel(net::Loop& loop) : loop_(loop), arrived_(loop.executor()) {}

Result<void> Tunnel::start(Descriptor tun, Descriptor udp, tunnel::Attach attach) {
  tunnel::WorkerSettings settings;
  settings.tun = std::move(tun);
  if (udp) settings.udp.push_back(std::move(udp));
  settings.gateway = false;
  worker_ = TRY(
      tunnel::Worker::start(std::move(settings), [this](tunnel::Event event) { tell(std::move(event)); }));
  worker_->post(std::move(attach));
  return {};
}

void Tunnel::tell(tunnel::Event event) {
  loop_.post([this, event = std::move(event)] {
    std::visit([this](const auto& happening) { put(happening); }, event);
  });
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
