// Starting one of our own processes: the same binary again with a role, a fresh address space, and one
// descriptor.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace sallyport::sys {

// The number under which a role finds its end of the channel to the supervisor.
inline constexpr int channel_descriptor = 3;

struct Process {
  pid_t pid = -1;
  Descriptor channel;  // the supervisor's end of a message pair
};

// Runs /proc/self/exe with `arguments` (argv[0] included). The child has stdin from /dev/null, our stdout and
// stderr, the channel as descriptor 3 and nothing else; all signals unblocked and at their defaults.
Result<Process> start_role(const std::vector<std::string>& arguments);

// The kernel sends SIGKILL to the caller when its parent dies. To be called after every change of uid, which
// undoes it. closed: the parent was gone already.
Result<void> die_with_parent(pid_t parent);

// "signal 11 (Segmentation fault)", "exit status 3": what waitpid said.
std::string describe_exit(int wait_status);

}  // namespace sallyport::sys
