// The version of this build, as --version prints it and the gateway announces it.
#pragma once

#include <string_view>

namespace sallyport {

std::string_view version();

}  // namespace sallyport
