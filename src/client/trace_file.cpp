#include "client/trace_file.hpp"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "net/trace_event.hpp"

namespace sallyport::client {

void TraceFile::write(const flow::Event& event) {
  if (!file_) return;
  const auto line = net::trace_event(event).serialize() + '\n';
  const auto written = ::write(file_.number(), line.data(), line.size());
  if (written == std::ssize(line)) {
    whole_ += written;
    return;
  }
  std::string why = written < 0 ? std::strerror(errno) : "no space is left";
  if (written > 0 && ftruncate(file_.number(), whole_) != 0) why += ", its last line is cut";
  console_.complain("the trace ends here: " + why);
  file_.close();
}

}  // namespace sallyport::client
