#include "tunnel/poller.hpp"

#include <algorithm>

namespace sallyport::tunnel {

namespace {

// Rounded up: a wait that ends too early would be repeated at once. -1: no limit.
int milliseconds_between(proto::Time now, proto::Time time) {
  if (time == proto::Time::max()) return -1;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(time - now);
  return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 3'600'000));
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
  const int count = ::epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()),
                                 milliseconds_between(now, until));
  return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
}

}  // namespace sallyport::tunnel
