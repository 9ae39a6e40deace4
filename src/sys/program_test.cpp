#include "sys/program.hpp"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/descriptor.hpp"
#include "base/temporary_folder_test.hpp"

namespace sallyport::sys {

namespace {

Program shell(const std::string& command) {
  return {.arguments = {"/bin/sh", "-c", command}, .environment = {standard_path(), "GIVEN=yes"}};
}

}  // namespace

TEST(RunProgram, gives_arguments_environment_and_input_and_nothing_else) {
  setenv("INHERITED", "no", 1);
  auto program = shell("[ \"$GIVEN\" = yes ] && [ -z \"$INHERITED\" ] && [ \"$(cat)\" = text ]");
  program.input = "text";
  EXPECT_EQ(run_program(program).value(), 0);
}

TEST(RunProgram, tells_the_exit_status) {
  EXPECT_EQ(WEXITSTATUS(run_program(shell("exit 3")).value()), 3);
  EXPECT_EQ(WEXITSTATUS(run_program({.arguments = {"/nonexistent/program"}}).value()), 127);
  EXPECT_EQ(run_program({.arguments = {"sh"}}).error().kind, ErrorKind::malformed);
}

TEST(RunProgram, kills_the_whole_group_at_the_limit) {
  const testing_support::TemporaryFolder folder;
  const auto pipe = folder.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const Descriptor reader(open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  auto program = shell("sleep 300 > " + pipe + " & wait");
  program.limit = std::chrono::milliseconds(200);
  bool told = false;
  program.patience = std::chrono::milliseconds(50);
  program.slow = [&told] { told = true; };
  EXPECT_EQ(run_program(program).error().kind, ErrorKind::timeout);
  EXPECT_TRUE(told);
  pollfd entry{reader.number(), 0, 0};
  EXPECT_EQ(poll(&entry, 1, 5000), 1) << "`sleep` lives on and has the pipe open";
}

}  // namespace sallyport::sys
