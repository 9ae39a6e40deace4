// Messages of our other processes, as a coroutine reads them.
#pragma once

#include "net/socket.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

// The next one on a non-blocking message socket. Throws Failure: closed when the other end is gone.
net::Task<sys::Message> next_message(net::Socket& socket);

}  // namespace sallyport::gateway
