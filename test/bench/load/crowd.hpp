// Many users of one gateway in one thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "test/bench/load/user.hpp"

namespace sallyport::load {

// Who they are: PREFIX and a number, from `from` on, each from one of `sources` addresses in turn, `first`
// and those after it.
struct Names {
  std::string prefix;
  std::size_t from = 0;
  std::size_t count = 1;
  Address first;
  std::uint32_t sources = 1;
};

class Crowd {
 public:
  Crowd(net::Loop& loop, const Target& target, const Names& names);

  // Full logins, one after the other in each of `in_flight` places, for so long. A login counts that was
  // finished meanwhile: password, CONNECT, and DTLS where it is wanted.
  struct Rate {
    std::uint64_t logins = 0;
    std::uint64_t failed = 0;
    double seconds = 0;
    std::string first_failure;
  };
  net::Task<Rate> log_in_for(std::chrono::milliseconds time, std::size_t in_flight);

  // All of them, or those from `first`, `in_flight` at a time; afterwards their tunnels are kept alive.
  struct Done {
    std::size_t up = 0;
    std::size_t failed = 0;
    double seconds = 0;
    std::string first_failure;
  };
  net::Task<Done> bring_up(std::size_t in_flight);
  // The connections of the first `count` vanish; all at once they build their tunnels again, by their
  // cookies.
  net::Task<Done> reconnect(std::size_t count);

  // Pings through all tunnels in turn, so many a second over all.
  struct Pinged {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
  };
  net::Task<Pinged> ping(double rate, std::chrono::milliseconds time);

  std::size_t up() const;
  std::string first_loss() const;

 private:
  enum class Way { log_in, reconnect };
  net::Task<Done> run(std::size_t count, std::size_t in_flight, Way way);
  net::Task<void> work(std::size_t& next, std::size_t count, Way way, Done& done);
  net::Task<void> repeat(std::size_t place, std::size_t places, std::chrono::steady_clock::time_point end,
                         Rate& rate);
  void start(net::Task<void> task);
  net::Task<void> wait_for_all();

  net::Loop& loop_;
  const Target& target_;
  Names names_;
  std::deque<User> users_;
  std::size_t running_ = 0;
};

}  // namespace sallyport::load
