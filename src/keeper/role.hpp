// The keeper process: takes its keys and sockets from the supervisor, gives everything else up, signs.
#pragma once

namespace sallyport::keeper {

int run_role();  // the exit status

}  // namespace sallyport::keeper
