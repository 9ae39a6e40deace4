// Starting one of our own processes: the same binary again with a role, a fresh address space, and one
// descriptor.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace sallyport::sys {

// The number under which a role finds its end of the channel to its parent.
inline constexpr int channel_descriptor = 3;

struct Process {
  pid_t pid = -1;
  Descriptor channel;  // the parent's end of a message pair
};

struct RoleOptions {
  bool keeps_stdin = false;              // else it reads from /dev/null
  std::span<const int> ignored_signals;  // not even a moment passes in which they would end it
};

// Runs /proc/self/exe with `arguments` (argv[0] included). The child has our stdout and stderr, the channel
// as descriptor 3 and nothing else; all signals unblocked and at their defaults, but for the ignored ones.
Result<Process> start_role(const std::vector<std::string>& arguments, const RoleOptions& options = {});

// Has /dev/null where the caller left descriptor 0, 1 or 2 closed: the next file would get the number, and
// what is said there would go into it. To be called first of all. False: standard output was closed.
bool open_standard_streams();

// The name that ps and top show, at most 15 characters: without it, the one of /proc/self/exe.
void name_process(const char* name);

// The kernel sends SIGKILL to the caller when its parent dies. To be called after every change of uid, which
// undoes it. closed: the parent was gone already.
Result<void> die_with_parent(pid_t parent);

// How many descriptors the process may have.
int descriptor_limit();

// "signal 11 (Segmentation fault)", "exit status 3": what waitpid said.
std::string describe_exit(int wait_status);

}  // namespace sallyport::sys
