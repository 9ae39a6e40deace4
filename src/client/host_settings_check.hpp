// The front's door: what the unprivileged connection may ask for. Pure.
#pragma once

#include "proto/client_messages.hpp"

namespace sallyport::client {

// malformed: families mixed up, addresses that no host can have, lists beyond their limits (4096 routes of a
// kind, 64 servers, 256 domains), text that does not belong into an environment or a file of lines.
Result<void> check(const proto::HostSettings& settings);

}  // namespace sallyport::client
