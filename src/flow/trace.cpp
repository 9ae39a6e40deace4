#include "flow/trace.hpp"

#include <algorithm>
#include <set>

namespace sallyport::flow {

namespace {

template <class Belongs>
Trace collect(std::span<const Kept> threads, Belongs belongs) {
  Trace trace;
  for (const auto& thread : threads)
    std::ranges::copy_if(thread.events, std::back_inserter(trace.events), belongs);
  std::ranges::stable_sort(trace.events, {}, &Event::moment);
  // A ring whose oldest event is younger than the trace's first may have had some of the trace.
  for (const auto& thread : threads) {
    const bool overlaps = thread.forgotten > 0 && !trace.events.empty() && !thread.events.empty() &&
                          thread.events.front().moment > trace.events.front().moment;
    if (overlaps) trace.is_whole = false;
  }
  return trace;
}

bool is_connected(const Event& event) {
  return event.phase == Phase::handshake && event.step == Step::connected;
}

}  // namespace

Trace trace_of_attempt(std::uint64_t attempt, std::span<const Kept> threads) {
  auto trace = collect(threads, [attempt](const Event& event) { return event.attempt == attempt; });
  if (std::ranges::none_of(trace.events, is_connected)) trace.is_whole = false;
  return trace;
}

Trace trace_of_session(std::uint64_t session, std::span<const Kept> threads) {
  std::set<std::uint64_t> logins;
  std::set<std::uint64_t> attempts;
  for (const auto& thread : threads) {
    for (const auto& event : thread.events) {
      if (event.number(FieldName::session) != session) continue;
      if (const auto login = event.number(FieldName::login)) logins.insert(*login);
      if (event.attempt != 0) attempts.insert(event.attempt);
    }
  }
  for (const auto& thread : threads) {
    for (const auto& event : thread.events) {
      const auto login = event.number(FieldName::login);
      if (login && logins.contains(*login)) attempts.insert(event.attempt);
    }
  }
  auto trace = collect(threads, [&](const Event& event) {
    const auto named = event.number(FieldName::session);
    if (named) return *named == session;
    const auto login = event.number(FieldName::login);
    return attempts.contains(event.attempt) && (!login || logins.contains(*login));
  });
  for (const auto& event : trace.events) {
    if (is_connected(event)) attempts.erase(event.attempt);
  }
  const bool has_login =
      std::ranges::any_of(trace.events, [](const Event& event) { return event.step == Step::began; });
  if (!attempts.empty() || !has_login) trace.is_whole = false;
  return trace;
}

}  // namespace sallyport::flow
