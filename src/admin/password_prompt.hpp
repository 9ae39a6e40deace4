// A new password: typed twice on the terminal without echo, or one line of stdin.
#pragma once

#include "base/secret.hpp"

namespace sallyport::admin {

Result<Secret> read_new_password(bool from_stdin);

}  // namespace sallyport::admin
