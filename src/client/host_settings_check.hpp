// The front's door: what the unprivileged connection may ask for. Pure.
#pragma once

#include <string_view>

#include "proto/client_messages.hpp"

namespace sallyport::client {

// Names separated by blanks, of letters, digits, '.', '-' and '_'. One that began with '-' could be taken for
// an option.
bool are_domain_names(std::string_view text);

// malformed: families mixed up, addresses that no host can have, lists beyond their limits (4096 routes of a
// kind, 64 servers, 256 domains), text that does not belong into an environment or a file of lines.
Result<void> check(const proto::HostSettings& settings);

// malformed: addresses that no host can have, or too many.
Result<void> check_gateways(const std::vector<Address>& gateways);

}  // namespace sallyport::client
