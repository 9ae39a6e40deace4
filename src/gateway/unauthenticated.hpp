// Bounds the connections that have shown no session's token yet, from the first byte on: of one origin and of
// all, in one control thread. When an origin has too many, its own oldest is dropped, so that a flood hurts
// whoever shares the address with it and nobody else. Of many users behind one address the oldest is somebody
// who still types: a login is not bound to its connection and goes on over another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "base/ip.hpp"

namespace sallyport::gateway {

class UnauthenticatedConnections {
 public:
  struct Limits {
    std::size_t of_origin = 256;
    std::size_t of_all = 8192;

    // Strangers get half of the descriptors at most, and one of them a quarter of that.
    static Limits within(std::size_t descriptors) {
      Limits limits;
      limits.of_all = std::min(limits.of_all, descriptors / 2);
      limits.of_origin = std::clamp<std::size_t>(limits.of_all / 4, 1, limits.of_origin);
      return limits;
    }
  };

  // One connection; leaves the books when it has shown a token, or is destroyed.
  class Ticket {
   public:
    Ticket(UnauthenticatedConnections& books, std::uint64_t number) : books_(&books), number_(number) {}
    Ticket(Ticket&& other) noexcept : books_(std::exchange(other.books_, nullptr)), number_(other.number_) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { leave(); }

    void leave() {
      if (books_ != nullptr) std::exchange(books_, nullptr)->leave(number_);
    }
    bool was_dropped() const { return books_ != nullptr && !books_->by_age_.contains(number_); }
    // What else is to happen then, in place of what was said before: a connection that waits for something
    // other than its peer does not notice by itself.
    void when_dropped(std::function<void()> also);

   private:
    UnauthenticatedConnections* books_;
    std::uint64_t number_;
  };

  explicit UnauthenticatedConnections(Limits limits) : limits_(limits) {}

  // `drop` ends the connection; it is called at most once, and neither it nor what else happens then may
  // destroy the ticket before it returns.
  Ticket enter(const Address& peer, std::function<void()> drop);
  std::size_t open() const { return by_age_.size(); }

 private:
  struct Entry {
    Address origin;
    std::function<void()> drop;
    std::function<void()> also;
  };
  void leave(std::uint64_t number);
  void drop(std::uint64_t number);

  Limits limits_;
  std::uint64_t next_number_ = 1;
  std::map<std::uint64_t, Entry> by_age_;               // numbers rise with time
  std::map<Address, std::set<std::uint64_t>> origins_;  // the open ones of each, oldest first
};

}  // namespace sallyport::gateway
