// The TUN interface that all sessions share. The supervisor makes it once and keeps its queues, so that it
// outlives every gateway process with its addresses and routes.
#pragma once

#include "supervisor/config.hpp"
#include "sys/tun.hpp"

namespace sallyport::supervisor {

// Makes the interface, gives it the gateway's inner addresses and sets it up, with a queue for each worker;
// warns where the machine's settings will hurt (forwarding). Errors as FILE:LINE:COLUMN.
Result<sys::Tun> open_tunnel_interface(const Config& config);

}  // namespace sallyport::supervisor
