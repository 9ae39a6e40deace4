// The kernel's routing messages: whatever the bytes are, no attribute is read beyond its message, and what is
// read makes requests that can be written.
#include "base/bytes.hpp"
#include "sys/netlink_messages.hpp"

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = sys::parse_answer({data, size}, 7);
  if (!answer) return 0;
  for (const auto& link : answer->links) sys::link_query(link.name);
  for (const auto& address : answer->addresses) sys::remove_address_request(address);
  for (const auto& route : answer->routes) {
    sys::add_route_request(route, true);
    sys::best_route(answer->routes, route.prefix.address());
  }
  return 0;
}
