#include "tunnel/command_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace sallyport::tunnel {

Result<std::shared_ptr<CommandQueue>> CommandQueue::open() {
  Descriptor event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event) return fail_errno("cannot make an eventfd");
  return std::shared_ptr<CommandQueue>(new CommandQueue(std::move(event)));
}

void CommandQueue::post(Command command) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  commands_.push_back(std::move(command));
  wake();
}

void CommandQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake();
}

void CommandQueue::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.number(), &one, sizeof one);
}

std::optional<std::vector<Command>> CommandQueue::take() {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto size = ::read(event_.number(), &count, sizeof count);
  if (closed_) return std::nullopt;
  return std::exchange(commands_, {});
}

}  // namespace sallyport::tunnel
