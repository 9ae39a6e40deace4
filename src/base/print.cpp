#include "base/print.hpp"

#include <string>

namespace sallyport {

void print_line(std::FILE* stream, std::string_view line) {
  auto whole = std::string(line) + '\n';  // one write on stderr, which has no buffer: lines stay whole
  std::fwrite(whole.data(), 1, whole.size(), stream);
  std::fflush(stream);
}

}  // namespace sallyport
