#include "client/line_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <unistd.h>

namespace sallyport::client {

Result<LineReader> LineReader::open(const net::Executor& executor, int descriptor) {
  Descriptor set(epoll_create1(EPOLL_CLOEXEC));
  if (!set) return fail_errno("cannot wait for input");
  epoll_event event{.events = EPOLLIN, .data = {}};
  if (epoll_ctl(set.number(), EPOLL_CTL_ADD, descriptor, &event) == 0) {
    return LineReader(descriptor, net::Socket(executor, std::move(set)));
  }
  if (errno == EPERM) return LineReader(descriptor, std::nullopt);  // a regular file
  return fail_errno("cannot wait for input");
}

LineReader::LineReader(int descriptor, std::optional<net::Socket> readiness)
    : descriptor_(descriptor), readiness_(std::move(readiness)) {
  held_.reserve(max_line);
}

net::Task<std::optional<Secret>> LineReader::next() {
  auto line = take_line();
  while (!line && !ended_) {
    co_await read_more();
    line = take_line();
  }
  co_return line;
}

std::optional<Secret> LineReader::take_line() {
  const auto end = std::ranges::find(held_, '\n');
  if (end == held_.end() && !(ended_ && !held_.empty())) return std::nullopt;
  const auto size = static_cast<std::size_t>(end - held_.begin());
  auto text = as_text(held_).substr(0, size);
  if (text.ends_with('\r')) text.remove_suffix(1);
  std::optional<Secret> line(text);
  const auto used = std::min(size + 1, held_.size());
  std::ranges::rotate(held_, held_.begin() + static_cast<std::ptrdiff_t>(used));
  wipe(MutableByteView(held_).last(used));
  held_.resize(held_.size() - used);
  return line;
}

net::Task<void> LineReader::read_more() {
  if (held_.size() >= max_line) throw Failure({ErrorKind::malformed, "a line of input is too long"});
  if (readiness_) co_await readiness_->readable();
  const auto before = held_.size();
  held_.resize(max_line);
  const auto size = ::read(descriptor_, held_.data() + before, max_line - before);
  held_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  const bool again = size < 0 && (errno == EAGAIN || errno == EINTR);
  if (size <= 0 && !again) ended_ = true;
}

}  // namespace sallyport::client
