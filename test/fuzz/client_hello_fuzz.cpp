// Any datagram: what is found lies within it.
#include <cstdint>
#include <cstdlib>

#include "proto/client_hello.hpp"
#include "proto/dtls_record.hpp"

namespace {

void must_lie_within(sallyport::ByteView part, sallyport::ByteView whole) {
  if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sallyport::ByteView datagram(data, size);
  const auto record = sallyport::proto::peek_dtls_record(datagram);
  if (record) must_lie_within(record->fragment, datagram);
  const auto hello = sallyport::proto::peek_client_hello(datagram);
  if (!hello) return 0;
  must_lie_within(hello->session_id, datagram);
  must_lie_within(hello->random, datagram);
  if (!record || hello->session_id.size() > 32 || hello->random.size() != 32) std::abort();
  return 0;
}
