// TLS over a socket as a Stream: OpenSSL on the descriptor, readiness from the loop. The gateway accepts with
// it (waiting for the keeper without blocking its thread), the client connects with it. After CONNECT the
// tunnel takes the descriptor and the connection over, with no byte lost between (release).
#pragma once

#include "net/socket.hpp"
#include "net/stream.hpp"
#include "tls/connection.hpp"
#include "tls/remote_key.hpp"

namespace sallyport::net {

class TlsStream : public Stream {
 public:
  TlsStream(Socket socket, tls::Connection connection);

  // Within `limit`; `keys` is null where the private key is local. Throws Failure.
  Task<void> handshake(std::chrono::milliseconds limit, tls::RemoteKeys* keys);

  Task<std::size_t> read_some(MutableByteView into) override;
  Task<void> write(ByteView bytes) override;
  void expires_after(std::chrono::milliseconds time) override { socket_.expires_after(time); }
  Task<void> close() override;
  // Ends it from outside: whoever waits in it gets Failure closed.
  void abort() { socket_.abort(); }

  tls::Connection& connection() { return connection_; }
  int number() const { return socket_.number(); }

  struct HandOver {
    Descriptor descriptor;
    tls::Connection connection;
  };
  HandOver release();

 private:
  Task<void> wait_for(tls::Step step);
  Task<void> wait_for_keeper(tls::RemoteKeys& keys);

  Socket socket_;
  tls::Connection connection_;
};

}  // namespace sallyport::net
