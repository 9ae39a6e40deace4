// The addresses behind a name, as the system knows them (phase 1 of the client).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "net/task.hpp"

namespace sallyport::net {

// All addresses of a name, or the literal itself, in the order of RFC 6724; unavailable: no such name,
// timeout: no answer within `limit`. Where no name server answers the system takes half a minute, but the
// loop may end meanwhile.
Task<std::vector<Endpoint>> resolve(std::string host, std::uint16_t port, std::chrono::milliseconds limit);

}  // namespace sallyport::net
