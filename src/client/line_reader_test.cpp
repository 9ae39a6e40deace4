#include "client/line_reader.hpp"

#include <array>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace sallyport::client {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    from = Descriptor(ends[0]);
    to = Descriptor(ends[1]);
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(to.number(), text.data(), text.size()), std::ssize(text));
  }
  Descriptor from;
  Descriptor to;
};

net::Task<void> read_lines(LineReader& reader, std::size_t most, std::vector<std::string>& lines) {
  while (lines.size() < most) {
    const auto line = co_await reader.next();
    if (!line) break;
    lines.emplace_back(line->reveal_text());
  }
}

// The lines, and how the reading failed if it did.
std::vector<std::string> lines_of(int descriptor, std::string* error = nullptr, std::size_t most = 100) {
  net::Loop loop;
  auto reader = or_throw(LineReader::open(loop.executor(), descriptor));
  std::vector<std::string> lines;
  net::spawn(loop.executor(), read_lines(reader, most, lines), [&](const Error& failed) {
    if (error != nullptr) *error = failed.text;
  });
  loop.run();
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReader, gives_the_lines_of_a_pipe_also_the_last_without_an_end) {
  Pipe pipe;
  pipe.write("one\ntwo\r\n\nfour");
  pipe.to.close();
  EXPECT_EQ(lines_of(pipe.from.number()), (Lines{"one", "two", "", "four"}));
}

TEST(LineReader, does_not_wait_for_the_end_of_the_input) {
  Pipe pipe;
  pipe.write("one\nrest");
  EXPECT_EQ(lines_of(pipe.from.number(), nullptr, 1), Lines{"one"});
}

TEST(LineReader, leaves_the_descriptor_in_blocking_mode) {
  Pipe pipe;
  pipe.write("one\n");
  lines_of(pipe.from.number(), nullptr, 1);
  EXPECT_EQ(::fcntl(pipe.from.number(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LineReader, reads_a_regular_file) {
  const Descriptor temporary(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  ASSERT_TRUE(temporary);
  ASSERT_EQ(::write(temporary.number(), "a\nb\n", 4), 4);
  ASSERT_EQ(::lseek(temporary.number(), 0, SEEK_SET), 0);
  EXPECT_EQ(lines_of(temporary.number()), (Lines{"a", "b"}));
}

TEST(LineReader, refuses_a_line_without_an_end) {
  Pipe pipe;
  pipe.write(std::string(LineReader::max_line, 'x'));
  std::string error;
  EXPECT_EQ(lines_of(pipe.from.number(), &error), Lines{});
  EXPECT_EQ(error, "a line of input is too long");
}

}  // namespace
}  // namespace sallyport::client
