#include "tunnel/poller.hpp"

#include <algorithm>

namespace sallyport::tunnel {

namespace {

constexpr std::chrono::nanoseconds longest = std::chrono::hours(1);

timespec rest(proto::Time now, proto::Time until) {
  const auto left = until > now + longest ? longest : std::max(until - now, std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {seconds.count(), (left - seconds).count()};
}

}  // namespace

Result<Poller> Poller::open() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_errno("cannot make an epoll descriptor");
  return Poller(std::move(epoll));
}

Result<void> Poller::add(int descriptor, void* name) {
  return add(descriptor, EPOLLIN, name);
}

Result<void> Poller::add_edge_triggered(int descriptor, void* name) {
  return add(descriptor, EPOLLIN | EPOLLOUT | EPOLLET, name);
}

Result<void> Poller::add(int descriptor, std::uint32_t events, void* name) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = name;
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return fail_errno("epoll does not take the descriptor");
  }
  return {};
}

void Poller::want_to_write(int descriptor, void* name, bool wanted) {
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = name;
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> Poller::wait(proto::Time until, proto::Time now) {
  const auto limit = rest(now, until);
  const int count =
      ::epoll_pwait2(epoll_.number(), events_.data(), static_cast<int>(events_.size()), &limit, nullptr);
  return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
}

}  // namespace sallyport::tunnel
