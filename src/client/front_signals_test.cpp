#include "client/front_signals.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::client {

TEST(FrontSignals, mean_what_openconnects_mean) {
  EXPECT_EQ(wish_of(SIGINT), proto::UserWish::end);
  EXPECT_EQ(wish_of(SIGTERM), proto::UserWish::end);
  EXPECT_EQ(wish_of(SIGHUP), proto::UserWish::detach);
  EXPECT_EQ(wish_of(SIGUSR2), proto::UserWish::reconnect);
  EXPECT_EQ(wish_of(SIGUSR1), proto::UserWish::statistics);
  EXPECT_EQ(wish_of(SIGCHLD), std::nullopt);
}

TEST(FrontSignals, are_heard_also_where_they_were_ignored) {
  const pid_t pid = fork();
  if (pid == 0) {
    std::signal(SIGINT, SIG_IGN);
    const auto signals = take_signals();
    kill(getpid(), SIGINT);
    const bool heard = signals && next_signal(*signals) == SIGINT && next_signal(*signals) == 0;
    _exit(heard ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

}  // namespace sallyport::client
