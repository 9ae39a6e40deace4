// The admin API: JSON over HTTP on the admin socket, for root and the admin group only.
#pragma once

#include "base/descriptor.hpp"
#include "net/task.hpp"

namespace sallyport::gateway {

class GatewayProcess;

void serve_admins(GatewayProcess& process, const net::Executor& executor, Descriptor listener);

}  // namespace sallyport::gateway
