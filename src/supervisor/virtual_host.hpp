// The part of a configuration that the gateway looks up at each login, as values.
#pragma once

#include "proto/gateway_settings.hpp"
#include "supervisor/config.hpp"
#include "supervisor/config_files.hpp"

namespace sallyport::supervisor {

proto::VirtualHost virtual_host(const Config& config, const LoadedFiles& files);

}  // namespace sallyport::supervisor
