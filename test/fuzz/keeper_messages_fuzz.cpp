// Both messages between gateway and keeper: what parses is written back byte by byte the same.
#include <algorithm>
#include <cstdlib>

#include "proto/keeper_messages.hpp"

using namespace sallyport;

template <class Message>
static void check(ByteView bytes) {
  const auto message = Message::parse(bytes);
  if (message && !std::ranges::equal(message->serialize(), bytes)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check<proto::KeeperRequest>({data, size});
  check<proto::KeeperAnswer>({data, size});
  return 0;
}
