// What vpnc-script and its relatives read: the environment that vpnc began and openconnect made a contract.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "proto/client_messages.hpp"

namespace sallyport::client {

// `reason`: pre-init, connect, attempt-reconnect, reconnect, disconnect. `interface` may be empty for
// pre-init. Without CISCO_SPLIT_INC (CISCO_IPV6_SPLIT_INC) the family's default route is meant.
std::vector<std::string> script_environment(std::string_view reason, const proto::HostSettings& settings,
                                            const std::string& interface, pid_t pid);

// What a script needs beside it of the user's own environment, and nothing that changes how programs are
// loaded.
std::vector<std::string> base_environment();

}  // namespace sallyport::client
