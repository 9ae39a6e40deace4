#include "gateway/worker_keeper.hpp"

#include <poll.h>

#include "base/log.hpp"
#include "gateway/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 100ms;
constexpr auto pause_after_failure = 5s;

}  // namespace

WorkerKeeper::WorkerKeeper(Descriptor socket) : socket_(std::move(socket)) {
  if (const auto ready = sys::set_non_blocking(socket_.number()); !ready) log::error(ready.error().text);
}

bool WorkerKeeper::send(const tls::KeyRequest& request) {
  const auto now = Clock::now();
  if (now < trust_at_) return false;
  limit_ = now + answer_limit;
  return send_request(socket_.number(), request);
}

Result<tls::KeyAnswer> WorkerKeeper::receive() {
  for (;;) {
    auto answer = next_answer(socket_.number());
    if (answer) return answer;
    if (answer.error().kind != ErrorKind::unavailable) return give_up(answer.error());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit_ - Clock::now());
    if (left <= 0ms) return give_up({ErrorKind::timeout, "the keeper did not answer in time"});
    pollfd entry{socket_.number(), POLLIN, 0};
    poll(&entry, 1, static_cast<int>(left.count()));
  }
}

Result<tls::KeyAnswer> WorkerKeeper::give_up(Error error) {
  trust_at_ = Clock::now() + pause_after_failure;
  log::warning("renegotiations fail for a while: " + error.text);
  return tl::unexpected(std::move(error));
}

}  // namespace sallyport::gateway
