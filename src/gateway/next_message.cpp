#include "gateway/next_message.hpp"

namespace sallyport::gateway {

net::Task<sys::Message> next_message(net::Socket& socket) {
  for (;;) {
    auto message = sys::receive_message(socket.number());
    if (message) co_return std::move(*message);
    if (message.error().kind != ErrorKind::unavailable) throw Failure(message.error());
    co_await socket.readable();
  }
}

}  // namespace sallyport::gateway
