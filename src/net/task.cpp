#include "net/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sallyport::net {

struct Loop::State {
  boost::asio::io_context context{1};
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

Executor Loop::executor() {
  return state_->context.get_executor();
}
void Loop::run() {
  state_->context.run();
}
void Loop::stop() {
  state_->context.stop();
}
void Loop::post(std::function<void()> work) {
  boost::asio::post(state_->context, std::move(work));
}

void spawn(const Executor& executor, Task<void> task, std::function<void(const Error&)> failed) {
  boost::asio::co_spawn(executor, std::move(task),
                        [failed = std::move(failed)](const std::exception_ptr& thrown) {
                          if (!thrown) return;
                          try {
                            std::rethrow_exception(thrown);
                          } catch (const Failure& failure) {
                            failed(failure.error());
                          } catch (const std::exception& exception) {
                            failed(Error{ErrorKind::internal, exception.what()});
                          }
                        });
}

void post(const Executor& executor, std::function<void()> work) {
  boost::asio::post(executor, std::move(work));
}

void dispatch(const Executor& executor, std::function<void()> work) {
  boost::asio::dispatch(executor, std::move(work));
}

Task<void> sleep(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

struct Alarm::State {
  State(const Executor& executor, std::function<void()> function)
      : timer(executor), ring(std::move(function)) {}
  boost::asio::steady_timer timer;
  std::function<void()> ring;  // empty once the alarm is gone
};

Alarm::Alarm(const Executor& executor, std::chrono::milliseconds time, std::function<void()> ring)
    : state_(std::make_shared<State>(executor, std::move(ring))) {
  state_->timer.expires_after(time);
  state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
    if (!error && state->ring) state->ring();
  });
}

Alarm::~Alarm() {
  state_->ring = nullptr;
  state_->timer.cancel();
}

Task<Executor> this_executor() {
  auto executor = co_await boost::asio::this_coro::executor;
  co_return executor;
}

}  // namespace sallyport::net
