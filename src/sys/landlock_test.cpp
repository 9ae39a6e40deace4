#include "sys/landlock.hpp"

#include <cerrno>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/temporary_folder_test.hpp"

namespace sallyport::sys {

namespace {

using Call = std::function<long()>;

class LandlockTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
    const Descriptor made(open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    ASSERT_EQ(write(made.number(), "here", 4), 4);
  }

  // In a process that has given all files up, and in one that has not.
  static void is_refused_afterwards(const Call& call) {
    EXPECT_EQ(error_of(call, true), EACCES);
    EXPECT_EQ(error_of(call, false), 0);
  }

  // The errno that the call ends with in a process of its own.
  static int error_of(const Call& call, bool confined) {
    const pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);  // for those who are not root
      if (confined && !forbid_file_system()) _exit(255);
      _exit(call() < 0 ? errno : 0);
    }
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status));
    return WEXITSTATUS(status);
  }

  const testing_support::TemporaryFolder folder;
  const std::string file = folder.path() + "/file";
  const std::string other = folder.path() + "/other";
};

}  // namespace

TEST_F(LandlockTest, no_file_is_opened_afterwards) {
  is_refused_afterwards([this] { return open(file.c_str(), O_RDONLY | O_CLOEXEC); });
  is_refused_afterwards([this] { return open(file.c_str(), O_WRONLY | O_CLOEXEC); });
  is_refused_afterwards([] { return open("/etc/passwd", O_RDONLY | O_CLOEXEC); });
  is_refused_afterwards([this] { return open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
}

TEST_F(LandlockTest, nothing_is_made_removed_or_run_afterwards) {
  is_refused_afterwards([this] { return open(other.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); });
  is_refused_afterwards([this] { return mkdir((folder.path() + "/folder").c_str(), 0700); });
  is_refused_afterwards([this] { return rename(file.c_str(), other.c_str()); });
  is_refused_afterwards([this] { return unlink(other.c_str()); });
  is_refused_afterwards([] { return execl("/bin/true", "true", nullptr); });
}

TEST_F(LandlockTest, what_was_open_before_stays_usable) {
  const Descriptor kept(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const auto reads = [&kept] {
    char byte = 0;
    return pread(kept.number(), &byte, 1, 0) == 1 && byte == 'h' ? 0L : -1L;
  };
  EXPECT_EQ(error_of(reads, true), 0);
}

}  // namespace sallyport::sys
