// Bounds the connections that have not finished their handshake: of one address and of all. When an address
// has too many, its own oldest is dropped, so that a flood hurts whoever shares the address with it and
// nobody else; a finished handshake takes milliseconds and is not what gets dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "base/ip.hpp"

namespace sallyport::gateway {

class HandshakesOpen {
 public:
  struct Limits {
    std::size_t of_address = 256;  // IPv6: of a /64
    std::size_t of_all = 8192;
  };

  // One open handshake; leaves the books when destroyed.
  class Ticket {
   public:
    Ticket(HandshakesOpen& books, std::uint64_t number) : books_(&books), number_(number) {}
    Ticket(Ticket&& other) noexcept : books_(std::exchange(other.books_, nullptr)), number_(other.number_) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (books_ != nullptr) books_->leave(number_);
    }

   private:
    HandshakesOpen* books_;
    std::uint64_t number_;
  };

  explicit HandshakesOpen(Limits limits) : limits_(limits) {}

  // `drop` ends the connection; it is called at most once, and must not destroy the ticket before it returns.
  Ticket enter(const Address& peer, std::function<void()> drop);
  std::size_t open() const { return by_age_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Entry {
    Address source;
    std::function<void()> drop;
  };
  void leave(std::uint64_t number);
  void drop(std::uint64_t number);

  Limits limits_;
  std::uint64_t next_number_ = 1;
  std::uint64_t dropped_ = 0;
  std::map<std::uint64_t, Entry> by_age_;               // numbers rise with time
  std::map<Address, std::set<std::uint64_t>> sources_;  // the open ones of each address, oldest first
};

}  // namespace sallyport::gateway
