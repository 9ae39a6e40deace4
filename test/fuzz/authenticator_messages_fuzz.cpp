// Bytes that parse give the same message after serialize and parse. The first byte chooses the message.
#include <cstdlib>

#include "proto/authenticator_messages.hpp"

using namespace sallyport;

namespace {

template <class M>
void round_trip(ByteView bytes) {
  const auto message = M::parse(bytes);
  if (!message) return;
  if (or_throw(M::parse(or_throw(message->serialize()))) != *message) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest{data + 1, size - 1};
  if (data[0] % 2 == 0)
    round_trip<proto::AuthenticatorRequest>(rest);
  else
    round_trip<proto::AuthenticatorAnswer>(rest);
  return 0;
}
