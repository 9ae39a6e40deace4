#include "base/socket_address.hpp"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>

namespace sallyport {

socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& storage, bool mapped) {
  storage = {};
  const auto bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4() && !mapped) {
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
    return sizeof address;
  }
  auto& address = reinterpret_cast<sockaddr_in6&>(storage);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(endpoint.port);
  auto* place = address.sin6_addr.s6_addr;
  if (endpoint.address.is_v4()) {  // ::ffff:a.b.c.d
    place[10] = place[11] = 0xff;
    place += 12;
  }
  std::ranges::copy(bytes, place);
  return sizeof address;
}

Endpoint from_sockaddr(const sockaddr_storage& storage) {
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
    endpoint.address = Address::v4(ntohl(address.sin_addr.s_addr));
    endpoint.port = ntohs(address.sin_port);
  } else if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
    endpoint.address = Address::v6(bytes).unmapped();
    endpoint.port = ntohs(address.sin6_port);
  }
  return endpoint;
}

}  // namespace sallyport
