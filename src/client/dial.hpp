// The six phases of a connection, in order.
#pragma once

#include "client/options.hpp"
#include "client/outcome.hpp"

namespace sallyport::client {

// Connects as the options say and stays until the tunnel ends; says everything worth saying on stderr and
// stdout.
ExitCode run(const ConnectOptions& options);

}  // namespace sallyport::client
