// Whether this machine's network changes, and where its way to a peer leads now. Any user may ask.
#pragma once

#include "base/descriptor.hpp"
#include "base/ip.hpp"

namespace sallyport::sys {

// Becomes readable when a link, an address or a route of this network namespace has changed. Non-blocking.
Result<Descriptor> open_network_events();
// Reads all that waits: what has changed is not told, and not needed.
void forget_network_events(int number);

// The address of ours that a new connection to `peer` would have. unavailable: no way leads there.
Result<Address> address_towards(const Endpoint& peer);

}  // namespace sallyport::sys
