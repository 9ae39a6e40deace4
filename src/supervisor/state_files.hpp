// The session store's files, opened here because the gateway process opens none.
#pragma once

#include "base/descriptor.hpp"
#include "supervisor/config.hpp"

namespace sallyport::supervisor {

struct StateFiles {
  Descriptor folder;  // holds the lock: one service at a time has these files
  Descriptor database;
  Descriptor log;  // the database's write-ahead log
};

// Makes folder and files where they are missing, for this user only. Errors as FILE:LINE:COLUMN.
Result<StateFiles> open_state_files(const Config& config);

}  // namespace sallyport::supervisor
