// The TUN interface that all sessions share. The supervisor makes it once and keeps its queues, so that it
// outlives every gateway process with its addresses and routes.
#pragma once

#include <vector>

#include "base/descriptor.hpp"
#include "supervisor/config.hpp"

namespace sallyport::supervisor {

// One queue for each worker. Makes the interface, gives it the gateway's inner addresses and sets it up;
// warns where the machine's settings will hurt (forwarding). Errors as FILE:LINE:COLUMN.
Result<std::vector<Descriptor>> open_tunnel_interface(const Config& config);

}  // namespace sallyport::supervisor
