#include "net/task.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace sallyport::net {

TEST(Dispatch, runs_at_once_in_the_loops_own_thread_and_post_does_not) {
  Loop loop;
  bool posted = false;
  bool dispatched = false;
  loop.post([&] {
    post(loop.executor(), [&] { posted = true; });
    dispatch(loop.executor(), [&] { dispatched = true; });
    EXPECT_TRUE(dispatched);
    EXPECT_FALSE(posted);
  });
  loop.run();
  EXPECT_TRUE(posted);
}

TEST(Dispatch, from_another_thread_runs_in_the_loops) {
  Loop loop;
  std::thread::id where;
  std::thread([&] { dispatch(loop.executor(), [&] { where = std::this_thread::get_id(); }); }).join();
  EXPECT_EQ(where, std::thread::id());
  loop.run();
  EXPECT_EQ(where, std::this_thread::get_id());
}

}  // namespace sallyport::net
