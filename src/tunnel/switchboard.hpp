// What several workers know of each other: the kernel may give one of them a packet or a datagram whose
// session is another's. It is handed over. Asked only for what is not a worker's own, so that one lock does
// for all.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tunnel/address_hash.hpp"
#include "tunnel/command_queue.hpp"

namespace sallyport::tunnel {

class Switchboard {
 public:
  static constexpr std::size_t most_waiting = 4 << 20;  // bytes for one worker, beyond which they are dropped

  // Before their threads start.
  void join(std::size_t worker, std::shared_ptr<CommandQueue> commands);

  // Who has the inner address, the id that a hello names, the peer's address and port. The last to say so; it
  // may take that back later than another has said it.
  template <class Key>
  void claim(const Key& key, std::size_t worker) {
    const std::lock_guard lock(mutex_);
    owners(key)[key] = worker;
  }
  template <class Key>
  void give_up(const Key& key, std::size_t worker) {
    const std::lock_guard lock(mutex_);
    auto& all = owners(key);
    const auto found = all.find(key);
    if (found != all.end() && found->second == worker) all.erase(found);
  }
  template <class Key>
  std::optional<std::size_t> owner_of(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto& all = owners(key);
    const auto found = all.find(key);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  }

  // False: too much waits for that worker.
  bool hand_over(std::size_t to, HandedPacket packet);
  bool hand_over(std::size_t to, HandedDatagrams datagrams);
  // To all but one: it may be anybody's.
  void hand_round(std::size_t from, const HandedDatagrams& datagrams);
  // A worker has taken so many bytes.
  void taken(std::size_t worker, std::size_t bytes);

 private:
  template <class Key, class Hash>
  using Owners = std::unordered_map<Key, std::size_t, Hash>;
  using InnerOwners = Owners<Address, AddressHash>;
  using PeerOwners = Owners<Endpoint, AddressHash>;
  using HelloOwners = Owners<std::string, std::hash<std::string>>;
  struct Desk {
    std::shared_ptr<CommandQueue> commands;
    std::size_t waiting = 0;  // bytes
  };

  InnerOwners& owners(const Address&) { return inner_; }
  PeerOwners& owners(const Endpoint&) { return peers_; }
  HelloOwners& owners(const std::string&) { return hellos_; }
  bool put(std::size_t to, std::size_t bytes, Command command);

  std::mutex mutex_;
  std::vector<Desk> desks_;
  InnerOwners inner_;
  PeerOwners peers_;
  HelloOwners hellos_;
};

// A worker's own place at it; without a switchboard, where there is one worker, nothing is anybody else's.
struct Place {
  std::shared_ptr<Switchboard> board;
  std::size_t worker = 0;

  explicit operator bool() const { return board != nullptr; }
  template <class Key>
  void claim(const Key& key) const {
    if (board) board->claim(key, worker);
  }
  template <class Key>
  void give_up(const Key& key) const {
    if (board) board->give_up(key, worker);
  }
  template <class Key>
  std::optional<std::size_t> other_owner(const Key& key) const {
    const auto owner = board ? board->owner_of(key) : std::nullopt;
    return owner != worker ? owner : std::nullopt;
  }
};

}  // namespace sallyport::tunnel
