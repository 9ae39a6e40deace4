#include "sys/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::sys {
namespace {

// The first number that a file of the process gets, whose standard output was closed at its start.
[[noreturn]] void exit_with_next_number() {
  close(STDOUT_FILENO);
  open_standard_streams();
  _exit(open("/", O_RDONLY | O_CLOEXEC));
}

TEST(StandardStreams, that_are_closed_give_their_number_to_no_file) {
  const auto child = fork();
  if (child == 0) exit_with_next_number();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_GT(WEXITSTATUS(status), STDERR_FILENO);
}

}  // namespace
}  // namespace sallyport::sys
