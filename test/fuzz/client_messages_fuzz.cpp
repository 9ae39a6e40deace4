// What the client's front and its connection say to each other: what is read is written back byte by byte the
// same.
#include <algorithm>
#include <cstdlib>

#include "proto/client_messages.hpp"

using namespace sallyport;

template <class Message>
static void check(ByteView bytes) {
  const auto message = proto::decode<Message>(bytes);
  if (message && !std::ranges::equal(proto::encode(*message), bytes)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check<proto::FrontMessage>({data, size});
  check<proto::ConnectionMessage>({data, size});
  return 0;
}
