// What a reload cannot change: it was opened, started or given away at the start.
#pragma once

#include <string_view>
#include <vector>

#include "supervisor/config.hpp"

namespace sallyport::supervisor {

// Gives `next` what `now` has of it. The sections in which they differed: a change there waits for the next
// start.
std::vector<std::string_view> keep_unreloadable(const Config& now, Config& next);

}  // namespace sallyport::supervisor
