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

TEST(Wishes, one_to_end_that_arrives_twice_is_one) {
  Wishes wishes;
  const proto::Time begin(std::chrono::milliseconds(1000));
  EXPECT_TRUE(wishes.is_new(proto::UserWish::end, begin));
  EXPECT_FALSE(wishes.is_new(proto::UserWish::end, begin));
  EXPECT_FALSE(wishes.is_new(proto::UserWish::end, begin + std::chrono::milliseconds(200)));
  EXPECT_TRUE(wishes.is_new(proto::UserWish::end, begin + std::chrono::milliseconds(300)));  // impatience
  EXPECT_FALSE(wishes.is_new(proto::UserWish::end, begin + std::chrono::milliseconds(599)));
}

TEST(Wishes, others_are_each_for_themselves) {
  Wishes wishes;
  const proto::Time begin(std::chrono::milliseconds(1000));
  EXPECT_TRUE(wishes.is_new(proto::UserWish::detach, begin));
  EXPECT_TRUE(wishes.is_new(proto::UserWish::end, begin));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(wishes.is_new(proto::UserWish::reconnect, begin));
}

}  // namespace sallyport::client
