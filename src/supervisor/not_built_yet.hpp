// What a configuration may say but this build can't do yet: told at the start, so that nobody finds out
// later.
#pragma once

#include "supervisor/config.hpp"

namespace sallyport::supervisor {

// An error where the gateway could not do what it is asked; a warning where it does less.
Result<void> tell_what_is_not_built(const Config& config);

}  // namespace sallyport::supervisor
