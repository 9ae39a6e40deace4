#include "net/resolve.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <netdb.h>
#include <sys/socket.h>

#include "base/socket_address.hpp"
#include "net/signal.hpp"

namespace sallyport::net {

namespace {

using Found = Result<std::vector<Address>>;

Found ask_the_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &first); error != 0) {
    return fail(ErrorKind::unavailable, "cannot find the address of " + host + ": " + gai_strerror(error));
  }
  std::vector<Address> addresses;
  for (const auto* each = first; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    addresses.push_back(from_sockaddr(*reinterpret_cast<const sockaddr_storage*>(each->ai_addr)).address);
  }
  freeaddrinfo(first);
  return addresses;
}

// getaddrinfo() blocks and can't be broken off, and Asio's resolver waits for it when its loop goes. So the
// thread that calls it belongs to nobody, and whoever has gone meanwhile is not told.
class LookUp {
 public:
  LookUp(const std::string& host, std::function<void(Found)> tell)
      : state_(std::make_shared<State>(std::move(tell))) {
    std::thread([host, state = state_] {
      auto found = ask_the_system(host);
      const std::lock_guard lock(state->mutex);
      if (state->tell) state->tell(std::move(found));
    }).detach();
  }
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;
  ~LookUp() {
    const std::lock_guard lock(state_->mutex);
    state_->tell = nullptr;
  }

 private:
  struct State {
    explicit State(std::function<void(Found)> function) : tell(std::move(function)) {}
    std::mutex mutex;
    std::function<void(Found)> tell;
  };
  std::shared_ptr<State> state_;
};

// What the thread found, or that it takes too long; in the loop's thread.
struct Answer {
  explicit Answer(const Executor& executor) : arrived(executor) {}
  void take(Found one) {
    if (!found) found = std::move(one);
    arrived.notify();
  }
  Signal arrived;
  std::optional<Found> found;
};

}  // namespace

Task<std::vector<Endpoint>> resolve(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
  if (auto literal = Address::parse(host)) co_return std::vector<Endpoint>{Endpoint{*literal, port}};
  const auto executor = co_await this_executor();
  const boost::asio::executor_work_guard<Executor> loop_goes_on(executor);
  const auto answer = std::make_shared<Answer>(executor);
  const LookUp look_up(host, [executor, weak = std::weak_ptr(answer)](Found found) {
    post(executor, [weak, found = std::move(found)] {
      if (const auto asked = weak.lock()) asked->take(found);
    });
  });
  const Alarm no_answer(executor, limit, [&answer, &host] {
    answer->take(fail(ErrorKind::timeout, "cannot find the address of " + host + ": no answer"));
  });
  while (!answer->found) co_await answer->arrived.wait();
  std::vector<Endpoint> endpoints;
  for (const auto& address : or_throw(std::move(*answer->found))) endpoints.push_back({address, port});
  if (endpoints.empty()) throw Failure({ErrorKind::unavailable, host + " has no address"});
  co_return endpoints;
}

}  // namespace sallyport::net
