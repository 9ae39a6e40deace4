#include "gateway/unless_dropped.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace sallyport::gateway {
namespace {

// A store whose disk hangs until it is told to go on.
struct Slow {
  explicit Slow(net::Loop& loop) : told(loop.executor()) {}

  net::Task<int> number() {
    while (!goes_on) co_await told.wait();
    is_done = true;
    if (fails) throw Failure({ErrorKind::unavailable, "the disk is gone"});
    co_return 7;
  }
  void go_on() {
    goes_on = true;
    told.notify();
  }

  net::Signal told;
  bool goes_on = false;
  bool fails = false;
  bool is_done = false;
};

// One connection of an address that may have one.
struct UnlessDropped : testing::Test {
  UnlessDropped() {
    net::spawn(
        loop.executor(),
        [](UnlessDropped& test) -> net::Task<void> {
          auto ticket = test.books.enter(test.address, [] {});
          test.got = co_await unless_dropped(ticket, test.slow.number());
        }(*this),
        [this](const Error& why) { error = why; });
  }

  net::Loop loop;
  Slow slow{loop};
  UnauthenticatedConnections books{{1, 10}};
  Address address = *Address::parse("192.0.2.1");
  std::optional<int> got;
  std::optional<Error> error;
};

TEST_F(UnlessDropped, has_the_result) {
  loop.post([this] { slow.go_on(); });
  loop.run();
  EXPECT_EQ(got, 7);
  EXPECT_FALSE(error);
  EXPECT_EQ(books.open(), 0U);
}

TEST_F(UnlessDropped, hears_of_a_failure) {
  slow.fails = true;
  loop.post([this] { slow.go_on(); });
  loop.run();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->text, "the disk is gone");
}

TEST_F(UnlessDropped, a_connection_that_is_dropped_waits_no_longer_and_the_task_goes_on) {
  bool was_done = true;
  net::spawn(
      loop.executor(),
      [](UnlessDropped& test, bool& done) -> net::Task<void> {
        while (test.books.open() == 0) co_await net::sleep(std::chrono::milliseconds(1));
        const auto next = test.books.enter(test.address, [] {});
        while (!test.error) co_await net::sleep(std::chrono::milliseconds(1));
        done = test.slow.is_done;
        test.slow.go_on();
      }(*this, was_done),
      [](const Error& error) { ADD_FAILURE() << error.text; });
  loop.run();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::closed);
  EXPECT_FALSE(was_done);
  EXPECT_TRUE(slow.is_done);
  EXPECT_FALSE(got);
}

}  // namespace
}  // namespace sallyport::gateway
