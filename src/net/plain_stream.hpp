// A Stream over a connected socket without TLS: the admin API's unix socket.
#pragma once

#include "net/socket.hpp"
#include "net/stream.hpp"

namespace sallyport::net {

class PlainStream : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  Task<std::size_t> read_some(MutableByteView into) override;
  Task<void> write(ByteView bytes) override;
  void expires_after(std::chrono::milliseconds time) override { socket_.expires_after(time); }
  Task<void> close() override;
  int number() const { return socket_.number(); }

 private:
  Socket socket_;
};

}  // namespace sallyport::net
