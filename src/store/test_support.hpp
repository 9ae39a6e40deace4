// For the tests of this module: tasks run to their end, alone or two at once, and sessions to store.
#pragma once

#include <barrier>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "base/descriptor.hpp"
#include "store/session_store.hpp"

namespace sallyport::store::testing {

template <class T>
net::Task<void> keep_result(net::Task<T> task, std::optional<T>& result) {
  result = co_await std::move(task);
}

// Runs a task on a loop of its own in this thread.
template <class T>
T run(net::Task<T> task) {
  net::Loop loop;
  std::optional<T> result;
  net::spawn(loop.executor(), keep_result(std::move(task), result),
             [](const Error& error) { ADD_FAILURE() << error.text; });
  loop.run();
  return std::move(result).value();
}

// Runs two tasks in two threads that begin together.
template <class T>
std::pair<T, T> race(const std::function<net::Task<T>()>& left, const std::function<net::Task<T>()>& right) {
  std::barrier start(2);
  std::optional<T> left_result;
  std::jthread other([&] {
    start.arrive_and_wait();
    left_result = run(left());
  });
  start.arrive_and_wait();
  auto right_result = run(right());
  other.join();
  return {std::move(left_result).value(), std::move(right_result)};
}

inline Descriptor memory_file() {
  const int number = ::memfd_create("test", MFD_CLOEXEC);
  EXPECT_GE(number, 0);
  return Descriptor(number);
}

inline proto::GroupPolicy sample_policy() {
  proto::GroupPolicy policy;
  policy.name = "staff";
  policy.banner = "Welcome";
  policy.dns = {*Address::parse("10.0.0.53"), *Address::parse("fd00::53")};
  policy.split_include = {*Prefix::parse("10.0.0.0/8")};
  policy.idle_timeout = std::chrono::seconds(600);
  policy.address_pool = "main";
  return policy;
}

// The token of the session `id` is "token ID".
inline Session sample_session(SessionId id, std::string user = "alice") {
  Session session;
  session.id = id;
  session.token_hash = hash_of(Secret("token " + std::to_string(id)));
  session.user = std::move(user);
  session.connection_profile = "Employees";
  session.user_agent = "AnyConnect Linux_64 5.0";
  session.hostname = "laptop";
  session.remote = *Endpoint::parse("192.0.2.7:50000");
  session.created_at = WallTime(std::chrono::seconds(1000000));
  return session;
}

// Under a policy with a limit of sessions.
inline Session limited_session(SessionId id, std::uint32_t limit,
                               proto::AtSessionLimit at = proto::AtSessionLimit::end_oldest) {
  auto policy = sample_policy();
  policy.max_sessions_per_user = limit;
  policy.at_session_limit = at;
  auto session = sample_session(id);
  session.policy = std::make_shared<const proto::GroupPolicy>(policy);
  return session;
}

inline proto::AddressPool sample_pool(std::string_view ipv4, std::optional<std::string_view> ipv6 = {}) {
  proto::AddressPool pool;
  pool.name = "main";
  pool.ipv4 = *Prefix::parse(ipv4);
  if (ipv6) pool.ipv6 = *Prefix::parse(*ipv6);
  return pool;
}

}  // namespace sallyport::store::testing
