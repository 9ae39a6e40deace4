// Waits for a task for as long as the connection that wants its result is not dropped. The task goes on by
// itself then, so it refers to nothing of the connection's. For what may take as long as a disk hangs.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "gateway/unauthenticated.hpp"
#include "net/signal.hpp"

namespace sallyport::gateway {

template <class T>
struct ResultToCome {
  explicit ResultToCome(const net::Executor& executor) : over(executor) {}
  net::Signal over;
  std::optional<T> result;
  std::optional<Error> error;
};

template <class T>
net::Task<void> keep_result(std::shared_ptr<ResultToCome<T>> to_come, net::Task<T> task) {
  auto result = co_await std::move(task);
  to_come->result = std::move(result);
  to_come->over.notify();
}

// Failure closed: it was dropped.
template <class T>
net::Task<T> unless_dropped(UnauthenticatedConnections::Ticket& ticket, net::Task<T> task) {
  const auto executor = co_await net::this_executor();
  const auto to_come = std::make_shared<ResultToCome<T>>(executor);
  net::spawn(executor, keep_result(to_come, std::move(task)), [to_come](const Error& error) {
    to_come->error = error;
    to_come->over.notify();
  });
  ticket.when_dropped([to_come] { to_come->over.notify(); });
  const auto is_over = [&] { return to_come->result || to_come->error || ticket.was_dropped(); };
  while (!is_over()) co_await to_come->over.wait();
  ticket.when_dropped({});
  if (to_come->error) throw Failure(*to_come->error);
  if (!to_come->result) throw Failure({ErrorKind::closed, "the connection was dropped"});
  co_return std::move(*to_come->result);
}

}  // namespace sallyport::gateway
