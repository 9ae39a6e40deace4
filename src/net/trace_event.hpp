// A flow event as it leaves the process, for the admin API and for the client's trace file.
#pragma once

#include <chrono>
#include <string>

#include "flow/event.hpp"
#include "proto/trace.hpp"

namespace sallyport::net {

proto::TraceEvent trace_event(const flow::Event& event);
std::string trace_time(std::chrono::system_clock::time_point time);  // RFC 3339, with microseconds

}  // namespace sallyport::net
