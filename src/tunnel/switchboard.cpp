#include "tunnel/switchboard.hpp"

namespace sallyport::tunnel {

void Switchboard::join(std::size_t worker, std::shared_ptr<CommandQueue> commands) {
  const std::lock_guard lock(mutex_);
  if (desks_.size() <= worker) desks_.resize(worker + 1);
  desks_[worker].commands = std::move(commands);
}

bool Switchboard::put(std::size_t to, std::size_t bytes, Command command) {
  const std::lock_guard lock(mutex_);
  if (to >= desks_.size() || !desks_[to].commands) return false;
  auto& desk = desks_[to];
  if (desk.waiting + bytes > most_waiting) return false;
  desk.waiting += bytes;
  desk.commands->post(std::move(command));
  return true;
}

bool Switchboard::hand_over(std::size_t to, HandedPacket packet) {
  const auto bytes = packet.memory.size();
  return put(to, bytes, std::move(packet));
}

bool Switchboard::hand_over(std::size_t to, HandedDatagrams datagrams) {
  const auto bytes = datagrams.bytes.size();
  return put(to, bytes, std::move(datagrams));
}

void Switchboard::hand_round(std::size_t from, const HandedDatagrams& datagrams) {
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = desks_.size();
  }
  for (std::size_t to = 0; to < count; ++to) {
    if (to != from) (void)hand_over(to, datagrams);
  }
}

void Switchboard::taken(std::size_t worker, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  desks_[worker].waiting -= bytes;
}

}  // namespace sallyport::tunnel
