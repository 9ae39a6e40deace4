// Header lines of a CONNECT: never crash, and what parses is written and read back as the same value.
#include <cstdint>
#include <cstdlib>

#include "proto/connect_request.hpp"
#include "test/fuzz/header_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  auto request = proto::ConnectRequest::parse(proto::header_lines(as_text({data, size})));
  if (!request) return 0;
  request->ignored.clear();  // says what was bad, which is not written
  if (proto::ConnectRequest::parse(request->serialize()) != *request) std::abort();
  return 0;
}
