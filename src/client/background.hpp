// --background: the process that the user started waits until the tunnel carries data, and ends then. The
// front goes on as its child, without the terminal.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace sallyport::client {

class Background {
 public:
  // Forks; the caller must have one thread only. Returns in the child alone. The process that was started
  // passes the user's signals on until it ends: with status 0 once the child detaches, else as the child
  // does.
  static Result<Background> begin();

  Background(Background&&) = default;
  Background& operator=(Background&&) = delete;
  ~Background();  // removes the file, if it is still ours

  // The tunnel stands. The pid goes into the file, if one is named.
  Result<void> detach(const std::string& pid_file);

 private:
  explicit Background(Descriptor starter) : starter_(std::move(starter)) {}

  Descriptor starter_;    // it waits for a byte, or for the end
  std::string pid_file_;  // to be removed; empty: none
};

}  // namespace sallyport::client
