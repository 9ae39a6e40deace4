// The files of the state directory, opened here because the processes that use them open none.
#pragma once

#include "base/descriptor.hpp"
#include "supervisor/config.hpp"

namespace sallyport::supervisor {

struct DatabaseFiles {
  Descriptor database;
  Descriptor log;  // the database's write-ahead log
};

struct StateFiles {
  Descriptor folder;       // holds the lock: one service at a time has these files
  DatabaseFiles sessions;  // the gateway's
  DatabaseFiles otp;       // the authenticator's: which one-time passwords are spent
};

// Makes folder and files where they are missing, for this user only. Errors as FILE:LINE:COLUMN.
Result<StateFiles> open_state_files(const Config& config);

}  // namespace sallyport::supervisor
