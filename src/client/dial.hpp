// The six phases of a connection, in order, and the tunnel's life after them.
#pragma once

#include "client/attempt.hpp"

namespace sallyport::client {

// Returns when the user ended the tunnel. Throws Ended, Failure.
net::Task<void> dial(const Attempt& attempt);

}  // namespace sallyport::client
