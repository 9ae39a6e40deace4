// Any bytes as an inner packet; the first two are the MTU. What is built from them parses again.
#include <cstdint>
#include <cstdlib>

#include "proto/inner_packet.hpp"
#include "proto/too_big.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  if (size < 2) return 0;
  const auto mtu = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
  Bytes packet(data + 2, data + size);
  const auto inner = proto::parse_inner_packet(packet);
  if (inner && (inner->header_size > inner->size || inner->size > packet.size())) std::abort();

  for (const auto& gateway : {Address::v4(0x0a140001), Address::v6({0xfd})}) {
    const auto reply = proto::too_big_reply(packet, gateway, mtu);
    if (reply && (!inner || !proto::parse_inner_packet(*reply))) std::abort();
  }
  for (const auto& fragment : proto::fragment_ipv4(packet, mtu)) {
    if (fragment.size() > mtu || !proto::parse_inner_packet(fragment)) std::abort();
  }
  // A second clamp to the same MTU has nothing left to do.
  proto::clamp_mss(packet, mtu);
  if (proto::clamp_mss(packet, mtu)) std::abort();
  return 0;
}
