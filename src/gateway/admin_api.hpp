// The admin API: JSON over HTTP on the admin socket, for root and the admin group only.
#pragma once

#include "base/descriptor.hpp"
#include "net/task.hpp"

namespace sallyport::gateway {

class GatewayProcess;

// `descriptors`: how many the process has for admins' connections and all else.
void serve_admins(GatewayProcess& process, const net::Executor& executor, Descriptor listener,
                  int descriptors);

}  // namespace sallyport::gateway
