// The front: the part of the client that the user started. It alone touches the machine's network and the
// user's files; what speaks with the gateway is a child of it, without privileges, whose wishes it checks.
#pragma once

#include <string>
#include <vector>

#include "client/options.hpp"

namespace sallyport::client {

// Starts the connection (this binary again, with `connection_arguments`, argv[0] included), serves it until
// it has ended, takes every change of the machine back, and returns the connection's exit status; 1 if it was
// killed or could not be started. The caller has one thread only. With --background it returns in a child of
// the caller's process, which has ended by then or ends with this status.
int run_front(const ConnectOptions& options, const std::vector<std::string>& connection_arguments);

}  // namespace sallyport::client
