#include "net/socket.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

namespace sallyport::net {

using boost::asio::posix::stream_descriptor;

// Shared with the deadline's handler and with wakers, which may run after the socket is gone.
struct Socket::State {
  State(const Executor& executor, int number)
      : descriptor(executor, number),
        deadline(executor),
        wake(executor, boost::asio::steady_timer::time_point::max()) {}

  stream_descriptor descriptor;
  boost::asio::steady_timer deadline;
  boost::asio::steady_timer wake;
  bool expired = false;
  bool woken = false;
  bool aborted = false;

  void throw_if_over() const {
    if (expired) throw Failure({ErrorKind::timeout, "took too long"});
    if (aborted || !descriptor.is_open()) throw Failure({ErrorKind::closed, "the connection was closed"});
  }
};

Socket::Socket(const Executor& executor, Descriptor descriptor)
    : state_(std::make_shared<State>(executor, descriptor.release())) {}

Socket::~Socket() {
  if (state_) close();
}

int Socket::number() const {
  return state_->descriptor.native_handle();
}
bool Socket::is_open() const {
  return state_ && state_->descriptor.is_open();
}

namespace {

Task<void> wait(stream_descriptor& descriptor, stream_descriptor::wait_type what) {
  boost::system::error_code ignored;  // why a wait ended is for throw_if_over to say
  co_await descriptor.async_wait(what, boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace

Task<void> Socket::readable() {
  const auto state = state_;
  state->throw_if_over();
  co_await wait(state->descriptor, stream_descriptor::wait_read);
  state->throw_if_over();
}

Task<void> Socket::writable() {
  const auto state = state_;
  state->throw_if_over();
  co_await wait(state->descriptor, stream_descriptor::wait_write);
  state->throw_if_over();
}

Task<void> Socket::until_woken() {
  const auto state = state_;
  state->throw_if_over();
  if (!state->woken) {
    boost::system::error_code ignored;
    co_await state->wake.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  const bool woken = std::exchange(state->woken, false);
  if (!woken) state->throw_if_over();
}

std::function<void()> Socket::waker() {
  return [weak = std::weak_ptr<State>(state_)] {
    const auto state = weak.lock();
    if (!state) return;
    state->woken = true;
    state->wake.cancel();
  };
}

void Socket::expires_after(std::chrono::milliseconds time) {
  state_->expired = false;
  state_->deadline.expires_after(time);
  state_->deadline.async_wait([weak = std::weak_ptr<State>(state_)](const boost::system::error_code& error) {
    const auto state = weak.lock();
    // An expiry that was already queued when the deadline moved is not meant any more.
    if (error || !state || state->deadline.expiry() > boost::asio::steady_timer::clock_type::now()) return;
    state->expired = true;
    if (state->descriptor.is_open()) state->descriptor.cancel();
    state->wake.cancel();
  });
}

void Socket::never_expires() {
  state_->expired = false;
  state_->deadline.expires_at(boost::asio::steady_timer::time_point::max());
}

void Socket::abort() {
  if (!state_->descriptor.is_open()) return;
  state_->aborted = true;
  ::shutdown(state_->descriptor.native_handle(), SHUT_RDWR);
  state_->descriptor.cancel();
  state_->wake.cancel();
}

void Socket::close() {
  boost::system::error_code ignored;
  state_->deadline.cancel();
  state_->wake.cancel();
  if (state_->descriptor.is_open()) state_->descriptor.close(ignored);
}

Descriptor Socket::release() {
  state_->deadline.cancel();
  state_->wake.cancel();
  return Descriptor(state_->descriptor.release());
}

}  // namespace sallyport::net
