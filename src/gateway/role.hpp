// The gateway process: speaks with the network, holds no key and no password file.
#pragma once

namespace sallyport::gateway {

int run_role();  // the exit status

}  // namespace sallyport::gateway
