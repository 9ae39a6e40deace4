// What one key can't tell alone: references between sections, pairs of keys, things named twice.
#pragma once

#include "supervisor/config.hpp"
#include "supervisor/config_readers.hpp"

namespace sallyport::supervisor {

void check_config(const Config& config, Complaints& complaints);

}  // namespace sallyport::supervisor
