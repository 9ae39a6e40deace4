// Landlock without a rule: from here on the calling thread, and all that it starts, opens no file.
#pragma once

#include "base/result.hpp"

namespace sallyport::sys {

bool has_landlock();  // the kernel does
// A kernel without Landlock is no error: seccomp, which refuses the same calls, remains.
Result<void> forbid_file_system();

}  // namespace sallyport::sys
