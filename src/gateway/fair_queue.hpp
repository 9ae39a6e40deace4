// Questions for the authenticator, whose places all clients share: one origin may have a few of them with one
// back end, and the others it asks wait here until it has an answer. First come, first served, but for those.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/ip.hpp"

namespace sallyport::gateway {

// Whose share a question counts for.
struct Asker {
  Address origin;
  std::string aaa;
  auto operator<=>(const Asker&) const = default;
};

template <class Question>
class FairQueue {
 public:
  explicit FairQueue(std::size_t share) : share_(share) {}

  void add(Asker asker, Question question) { waiting_.emplace_back(std::move(asker), std::move(question)); }

  // The next whose asker has a place, which it has from now on; nothing: all who wait have theirs taken.
  std::optional<std::pair<Asker, Question>> take() {
    for (auto one = waiting_.begin(); one != waiting_.end(); ++one) {
      auto& taken = taken_[one->first];
      if (taken == share_) continue;
      ++taken;
      auto next = std::move(*one);
      waiting_.erase(one);
      return next;
    }
    return std::nullopt;
  }
  // It could not be asked after all: it is the first again.
  void put_back(Asker asker, Question question) {
    leave(asker);
    waiting_.emplace_front(std::move(asker), std::move(question));
  }
  // Of those that wait: nobody wants the answer any more.
  template <class Predicate>
  void remove_if(Predicate is_meant) {
    waiting_.remove_if([&](const auto& one) { return is_meant(one.second); });
  }
  // A question of theirs is answered.
  void leave(const Asker& asker) {
    const auto found = taken_.find(asker);
    if (--found->second == 0) taken_.erase(found);
  }

 private:
  std::size_t share_;
  std::list<std::pair<Asker, Question>> waiting_;
  std::map<Asker, std::size_t> taken_;
};

}  // namespace sallyport::gateway
