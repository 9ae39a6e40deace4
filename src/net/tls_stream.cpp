#include "net/tls_stream.hpp"

namespace sallyport::net {

namespace {

// A handshake that was paused for the keeper holds a stack of its own inside OpenSSL. However the wait ends,
// this drives it to its end, so that the connection can be freed.
class PausedHandshake {
 public:
  PausedHandshake(tls::RemoteKeys& keys, tls::Connection& connection)
      : keys_(keys), connection_(connection), id_(keys.last_paused()) {}
  PausedHandshake(const PausedHandshake&) = delete;
  PausedHandshake& operator=(const PausedHandshake&) = delete;
  ~PausedHandshake() {
    if (answered_) return;
    keys_.abandon(id_);
    connection_.handshake();
  }

  std::uint32_t id() const { return id_; }
  void answered() { answered_ = true; }

 private:
  tls::RemoteKeys& keys_;
  tls::Connection& connection_;
  std::uint32_t id_;
  bool answered_ = false;
};

}  // namespace

TlsStream::TlsStream(Socket socket, tls::Connection connection)
    : socket_(std::move(socket)), connection_(std::move(connection)) {
  connection_.attach(socket_.number());
}

Task<void> TlsStream::handshake(std::chrono::milliseconds limit, tls::RemoteKeys* keys) {
  socket_.expires_after(limit);
  for (;;) {
    const auto step = connection_.handshake();
    if (step == tls::Step::done) co_return;
    if (step == tls::Step::want_keeper) {
      co_await wait_for_keeper(*keys);
    } else {
      co_await wait_for(step);
    }
  }
}

Task<void> TlsStream::wait_for_keeper(tls::RemoteKeys& keys) {
  PausedHandshake paused(keys, connection_);
  keys.on_answer(paused.id(), socket_.waker());
  co_await socket_.until_woken();
  paused.answered();
}

Task<void> TlsStream::wait_for(tls::Step step) {
  switch (step) {
    case tls::Step::want_read:
      co_await socket_.readable();
      break;
    case tls::Step::want_write:
      co_await socket_.writable();
      break;
    default:
      throw Failure(connection_.error());
  }
}

Task<std::size_t> TlsStream::read_some(MutableByteView into) {
  for (;;) {
    std::size_t size = 0;
    const auto step = connection_.read(into, size);
    if (step == tls::Step::done) co_return size;
    if (step == tls::Step::closed) co_return 0;
    co_await wait_for(step);
  }
}

Task<void> TlsStream::write(ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t size = 0;
    const auto step = connection_.write(bytes, size);
    if (step == tls::Step::done) {
      bytes = bytes.subspan(size);
    } else {
      co_await wait_for(step);
    }
  }
}

Task<void> TlsStream::close() {
  if (socket_.is_open() && connection_.is_established()) connection_.shutdown();
  socket_.close();
  co_return;
}

TlsStream::HandOver TlsStream::release() {
  return {socket_.release(), connection_.release()};
}

}  // namespace sallyport::net
