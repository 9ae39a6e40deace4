// The client's unprivileged part: the process that speaks with the gateway. Started by the front, with the
// same command line.
#pragma once

#include "client/options.hpp"
#include "client/outcome.hpp"

namespace sallyport::client {

// Connects as the options say and stays until the tunnel ends; says everything worth saying on stderr and
// stdout. The channel to the front is sys::channel_descriptor.
ExitCode run_connection(ConnectOptions options);

}  // namespace sallyport::client
