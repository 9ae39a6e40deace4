// When each tunnel is to be looked at next. A tunnel's place is not moved when something is heard or sent: it
// comes up, is found to have time, and goes to its new place. So packets cost nothing here.
#pragma once

#include <map>

#include "proto/time.hpp"

namespace sallyport::tunnel {

struct Tunnel;

class Deadlines {
  using Entries = std::multimap<proto::Time, Tunnel*>;

 public:
  using Entry = Entries::iterator;

  Entry add(proto::Time time, Tunnel& tunnel) { return entries_.emplace(time, &tunnel); }
  void move(Entry& entry, proto::Time time) {
    auto node = entries_.extract(entry);
    node.key() = time;
    entry = entries_.insert(std::move(node));
  }
  void remove(Entry entry) { entries_.erase(entry); }

  // The earliest; Time::max(): never.
  proto::Time next() const { return entries_.empty() ? proto::Time::max() : entries_.begin()->first; }
  // A tunnel whose time has come: it is to be moved or removed before the next call. Null: none.
  Tunnel* due(proto::Time now) const { return next() <= now ? entries_.begin()->second : nullptr; }

 private:
  Entries entries_;
};

}  // namespace sallyport::tunnel
