#include "net/signal.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sallyport::net {

struct Signal::State {
  explicit State(const Executor& executor) : timer(executor, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer timer;
};

Signal::Signal(const Executor& executor) : state_(std::make_shared<State>(executor)) {}
Signal::~Signal() = default;
Signal::Signal(Signal&&) noexcept = default;
Signal& Signal::operator=(Signal&&) noexcept = default;

Task<void> Signal::wait() {
  const auto state = state_;
  boost::system::error_code ignored;
  co_await state->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

void Signal::notify() {
  state_->timer.cancel();
}

}  // namespace sallyport::net
