// One call of the admin API over its unix socket.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::admin {

// The body of a 2xx answer. unavailable: no gateway there; denied: not allowed; else what the gateway says.
Result<std::string> call(const std::string& socket, std::string_view method, std::string_view path,
                         std::string_view body);

}  // namespace sallyport::admin
