// For tables by address, or by address and port.
#pragma once

#include <functional>

#include "base/bytes.hpp"
#include "base/ip.hpp"

namespace sallyport::tunnel {

struct AddressHash {
  std::size_t operator()(const Address& address) const {
    return std::hash<std::string_view>()(as_text(address.bytes()));
  }
  std::size_t operator()(const Endpoint& endpoint) const {
    return (*this)(endpoint.address) * 31 + endpoint.port;
  }
};

}  // namespace sallyport::tunnel
