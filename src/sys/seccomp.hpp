// The system calls each confined process may make; any other kills the process (release) or names itself on
// stderr and kills (debug).
#pragma once

#include "sys/sandbox.hpp"

namespace sallyport::sys {

Result<void> allow_system_calls(Confined role);

}  // namespace sallyport::sys
