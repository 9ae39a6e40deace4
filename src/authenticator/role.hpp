// The authenticator process: takes its files from the supervisor, gives everything else up, answers who is
// who.
#pragma once

namespace sallyport::authenticator {

int run_role();  // the exit status

}  // namespace sallyport::authenticator
