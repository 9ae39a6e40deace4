// Lines from a terminal, pipe or file without stopping the loop. The descriptor is shared with whoever
// started us, so it stays in blocking mode.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "net/socket.hpp"

namespace sallyport::client {

class LineReader {
 public:
  static constexpr std::size_t max_line = 4096;

  // The descriptor stays the caller's.
  static Result<LineReader> open(const net::Executor& executor, int descriptor);
  LineReader(LineReader&&) = default;
  LineReader& operator=(LineReader&&) = default;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader() { wipe(held_); }

  // Without its line end; nothing at the end of the input. Throws Failure on a line that is too long.
  net::Task<std::optional<Secret>> next();

 private:
  LineReader(int descriptor, std::optional<net::Socket> readiness);
  net::Task<void> read_more();
  std::optional<Secret> take_line();

  int descriptor_;
  std::optional<net::Socket> readiness_;  // an epoll set that holds the descriptor; none: always ready
  Bytes held_;                            // room for a whole line from the start: no copy stays behind
  bool ended_ = false;
};

}  // namespace sallyport::client
