#include "test/bench/load/crowd.hpp"

#include <algorithm>

namespace sallyport::load {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_again = 2ms;
constexpr auto last_echoes = 500ms;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Crowd::Crowd(net::Loop& loop, const Target& target, const Names& names)
    : loop_(loop), target_(target), names_(names) {
  for (std::size_t i = 0; i < names.count; ++i) {
    users_.emplace_back(target_, names.prefix + std::to_string(names.from + i),
                        names.first.plus(i % names.sources));
  }
}

void Crowd::start(net::Task<void> task) {
  ++running_;
  net::spawn(loop_.executor(), std::move(task), {});
}

net::Task<void> Crowd::wait_for_all() {
  while (running_ > 0) co_await net::sleep(look_again);
}

// --- logins without end

net::Task<Crowd::Rate> Crowd::log_in_for(std::chrono::milliseconds time, std::size_t in_flight) {
  Rate rate;
  const auto end = Clock::now() + time;
  const std::size_t places = std::min(in_flight, users_.size());
  for (std::size_t i = 0; i < places; ++i) start(repeat(i, places, end, rate));
  co_await wait_for_all();
  rate.seconds = std::chrono::duration<double>(time).count();
  co_return rate;
}

// A place has users of its own: nobody is in two at once.
net::Task<void> Crowd::repeat(std::size_t place, std::size_t places, Clock::time_point end, Rate& rate) {
  for (std::size_t next = place; Clock::now() < end; next += places) {
    if (next >= users_.size()) next = place;
    auto& user = users_[next];
    try {
      co_await user.log_in();
      co_await user.open_tunnel();
      if (Clock::now() < end) ++rate.logins;
      co_await user.say_goodbye();
    } catch (const Failure& failure) {
      user.cut();
      if (++rate.failed == 1) rate.first_failure = failure.error().text;
    }
  }
  --running_;
}

// --- sessions that stay

net::Task<Crowd::Done> Crowd::bring_up(std::size_t in_flight) {
  return run(users_.size(), in_flight, Way::log_in);
}

net::Task<Crowd::Done> Crowd::reconnect(std::size_t count) {
  count = std::min(count, users_.size());
  for (std::size_t i = 0; i < count; ++i) users_[i].cut();
  return run(count, count, Way::reconnect);
}

net::Task<Crowd::Done> Crowd::run(std::size_t count, std::size_t in_flight, Way way) {
  Done done;
  std::size_t next = 0;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < std::min(in_flight, count); ++i) start(work(next, count, way, done));
  co_await wait_for_all();
  done.seconds = seconds_since(begin);
  done.up = up();
  co_return done;
}

net::Task<void> Crowd::work(std::size_t& next, std::size_t count, Way way, Done& done) {
  while (next < count) {
    auto& user = users_[next++];
    try {
      if (way == Way::log_in) co_await user.log_in();
      co_await user.open_tunnel();
      user.serve(loop_.executor());
    } catch (const Failure& failure) {
      user.cut();
      if (++done.failed == 1) done.first_failure = failure.error().text;
    }
  }
  --running_;
}

net::Task<Crowd::Pinged> Crowd::ping(double rate, std::chrono::milliseconds time) {
  const auto echoes = [this] {
    std::uint64_t sum = 0;
    for (const auto& user : users_) sum += user.echoes();
    return sum;
  };
  Pinged pinged;
  const auto before = echoes();
  const auto begin = Clock::now();
  for (std::size_t next = 0; Clock::now() < begin + time;) {
    const auto due = static_cast<std::uint64_t>(seconds_since(begin) * rate);
    while (pinged.sent < due) {
      if (!users_[next++ % users_.size()].ping()) break;
      ++pinged.sent;
    }
    co_await net::sleep(look_again);
  }
  co_await net::sleep(last_echoes);
  pinged.answered = echoes() - before;
  co_return pinged;
}

std::size_t Crowd::up() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(users_, [](const User& user) { return user.is_up(); }));
}

std::string Crowd::first_loss() const {
  for (const auto& user : users_) {
    if (!user.is_up() && !user.lost_because().empty()) return user.lost_because();
  }
  return {};
}

}  // namespace sallyport::load
