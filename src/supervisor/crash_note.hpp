// What stays on disk when the service gives up: no core, but enough to report. No secrets: signal, build,
// time.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::supervisor {

// Writes DIRECTORY/crash-ROLE.txt (replacing an earlier one) and returns its path.
Result<std::string> write_crash_note(const std::string& directory, std::string_view role,
                                     std::string_view how);

}  // namespace sallyport::supervisor
