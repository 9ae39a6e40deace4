// Which user and group each child becomes.
#pragma once

#include "supervisor/child.hpp"
#include "supervisor/config.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::supervisor {

// The user of [process] if it names one, else the package's (_sallyport-keeper …) if it exists, else a fixed
// number from 61180. Without root (for --check) everybody stays who they are. denied, with the position: no
// such user.
Result<sys::Identity> identity_of(Role role, const Config& config);

}  // namespace sallyport::supervisor
