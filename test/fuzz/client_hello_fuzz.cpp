// Any datagram: what is found lies within it.
#include <cstdint>
#include <cstdlib>

#include "proto/client_hello.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto hello = sallyport::proto::peek_client_hello({data, size});
  if (!hello) return 0;
  const bool inside = hello->offset + hello->session_id.size() <= size;
  if (!inside || hello->session_id.size() > 32 || hello->session_id.data() != data + hello->offset)
    std::abort();
  return 0;
}
