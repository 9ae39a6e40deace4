#include "client/trace_file.hpp"

#include <algorithm>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/temporary_folder_test.hpp"
#include "proto/trace.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

TEST(TraceFile, is_a_line_of_json_for_each_event_and_flushed_at_once) {
  const testing_support::TemporaryFolder folder;
  const auto path = folder.path() + "/trace";
  const Console console{{.quiet = true}};
  TraceFile trace(or_throw(sys::create_file(path)), console);
  trace.write(flow::Event(1, flow::Phase::handshake, flow::Step::connecting));
  auto content = or_throw(sys::read_existing(path, 4096));
  EXPECT_EQ(as_text(content).back(), '\n');
  const auto event = proto::TraceEvent::parse(as_text(content));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->step, "connecting");
  trace.write(flow::Event(1, flow::Phase::handshake, flow::Step::connected));
  content = or_throw(sys::read_existing(path, 4096));
  EXPECT_EQ(std::ranges::count(as_text(content), '\n'), 2);
}

TEST(TraceFile, one_that_can_not_be_written_is_told_once) {
  const Console console{{}};
  TraceFile trace(Descriptor(open("/dev/full", O_WRONLY | O_CLOEXEC)), console);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 2; ++i) trace.write(flow::Event(1, flow::Phase::connect, flow::Step::sent));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "sallyport: the trace ends here: No space left on device\n");
}

// A limit of the file's size stands for a disk that has room for half a line.
TEST(TraceFile, on_a_full_disk_ends_with_a_whole_line) {
  const testing_support::TemporaryFolder folder;
  const auto path = folder.path() + "/trace";
  const Console console{{}};
  const flow::Event event(1, flow::Phase::connect, flow::Step::sent);
  TraceFile trace(or_throw(sys::create_file(path)), console);
  trace.write(event);
  const auto whole = or_throw(sys::read_existing(path, 4096));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{whole.size() + 10, before.rlim_max};
  testing::internal::CaptureStderr();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (int i = 0; i < 2; ++i) trace.write(event);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "sallyport: the trace ends here: no space is left\n");
  EXPECT_EQ(or_throw(sys::read_existing(path, 4096)), whole);
}

}  // namespace sallyport::client
