// `--trace FILE`: each flow event as a line of JSON, as soon as it happens. In the connection; the front has
// opened the file.
#pragma once

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "client/console.hpp"
#include "flow/event.hpp"

namespace sallyport::client {

class TraceFile {
 public:
  // One that is not open: nothing is written.
  TraceFile(Descriptor file, const Console& console) : file_(std::move(file)), console_(console) {}

  // What can't be written is told once, and ends the trace with its last whole line; the connection goes on.
  void write(const flow::Event& event);

 private:
  Descriptor file_;
  off_t whole_ = 0;  // bytes of whole lines
  const Console& console_;
};

}  // namespace sallyport::client
