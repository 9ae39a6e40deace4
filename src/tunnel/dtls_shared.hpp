// What the DTLS channels of one worker share: sockets, OpenSSL's context, the index, and whom to tell.
#pragma once

#include <functional>

#include "tls/dtls_context.hpp"
#include "tunnel/associations.hpp"
#include "tunnel/messages.hpp"

namespace sallyport::tunnel {

struct DtlsShared {
  UdpSockets sockets;
  tls::DtlsContext context;
  Associations index;
  std::function<void(Event)> tell;
};

}  // namespace sallyport::tunnel
