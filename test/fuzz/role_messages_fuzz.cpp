// What the supervisor and its children say to each other, and the settings that travel beside it: what is
// read is written back byte by byte the same.
#include <algorithm>
#include <cstdlib>

#include "proto/gateway_settings.hpp"
#include "proto/role_messages.hpp"

using namespace sallyport;

template <class Message>
static void check(ByteView bytes) {
  const auto message = proto::decode<Message>(bytes);
  if (message && !std::ranges::equal(proto::encode(*message), bytes)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  check<proto::KeeperStart>(bytes);
  check<proto::KeeperEvent>(bytes);
  check<proto::AuthenticatorCommand>(bytes);
  check<proto::AuthenticatorEvent>(bytes);
  check<proto::GatewayCommand>(bytes);
  check<proto::GatewayEvent>(bytes);
  check<proto::GatewaySettings>(bytes);
  return 0;
}
