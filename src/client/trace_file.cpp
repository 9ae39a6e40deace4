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
  if (written == std::ssize(line)) return;
  const std::string why = written < 0 ? std::strerror(errno) : "no space is left";
  console_.complain("the trace ends here: " + why);
  file_.close();
}

}  // namespace sallyport::client
