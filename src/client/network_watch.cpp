#include "client/network_watch.hpp"

#include "sys/network_events.hpp"

namespace sallyport::client {

namespace {

// One plugged cable is a dozen of events: link, addresses, routes.
constexpr std::chrono::milliseconds moment{200};

}  // namespace

void NetworkWatch::look_away() {
  ++away_;
}

void NetworkWatch::look_again() {
  --away_;
  ++looks_;
  if (events_) sys::forget_network_events(events_->number());
}

net::Task<void> NetworkWatch::run() {
  const auto executor = co_await net::this_executor();
  events_.emplace(executor, or_throw(sys::open_network_events()));
  for (;;) {
    co_await events_->readable();
    const auto looks = looks_;
    co_await net::sleep(moment);
    if (away_ > 0 || looks != looks_) continue;  // what came after the last look is looked at anew
    sys::forget_network_events(events_->number());
    tunnel_.put(NetworkChanged{});
  }
}

}  // namespace sallyport::client
