// A flow trace for a person: a line for each event.
#pragma once

#include <string>

#include "proto/trace.hpp"

namespace sallyport::admin {

std::string trace_text(const proto::Trace& trace);

}  // namespace sallyport::admin
