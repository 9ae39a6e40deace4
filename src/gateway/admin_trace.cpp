#include "gateway/admin_trace.hpp"

#include "flow/trace.hpp"
#include "gateway/process.hpp"
#include "net/trace_event.hpp"

namespace sallyport::gateway {

namespace {

proto::Trace told(std::uint64_t id, proto::Trace::Kind kind, flow::Trace trace) {
  auto& events = trace.events;
  if (events.size() > proto::max_trace_events) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(proto::max_trace_events));
    trace.is_whole = false;
  }
  proto::Trace answer{.id = id, .kind = kind, .is_whole = trace.is_whole, .recorded_since = {}, .events = {}};
  for (const auto& event : events) answer.events.push_back(net::trace_event(event));
  return answer;
}

}  // namespace

net::Task<std::optional<proto::Trace>> trace_of(GatewayProcess& process, std::uint64_t id) {
  if (id == 0) co_return std::nullopt;  // events of no connection have it
  using Kind = proto::Trace::Kind;
  const auto threads = co_await process.flow_events();
  const auto stored = co_await process.services().sessions.find(store::SessionId(id));
  const bool is_stored = stored && *stored;
  auto trace = flow::trace_of_session(id, threads);
  auto kind = Kind::session;
  if (!is_stored && trace.events.empty()) {
    trace = flow::trace_of_attempt(id, threads);
    kind = Kind::attempt;
    if (trace.events.empty()) co_return std::nullopt;
  }
  auto answer = told(id, kind, std::move(trace));
  answer.recorded_since = net::trace_time(process.began());
  co_return answer;
}

}  // namespace sallyport::gateway
