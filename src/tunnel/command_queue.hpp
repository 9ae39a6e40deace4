// Commands on their way into the worker's thread. The only thing of a worker that two threads touch.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::tunnel {

class CommandQueue {
 public:
  static Result<std::shared_ptr<CommandQueue>> open();

  void post(Command command);
  void close();  // what has not been taken is dropped

  // The worker's side: readable when there is something to take.
  int number() const { return event_.number(); }
  // What has been posted, in order. Nothing: closed.
  std::optional<std::vector<Command>> take();

 private:
  explicit CommandQueue(Descriptor event) : event_(std::move(event)) {}
  void wake();

  Descriptor event_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  bool closed_ = false;
};

}  // namespace sallyport::tunnel
