#include "gateway/keeper_link.hpp"

#include <poll.h>

#include "base/log.hpp"
#include "gateway/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

constexpr int blocking_limit_ms = 100;

}  // namespace

std::shared_ptr<KeeperLink> KeeperLink::open(const net::Executor& executor, Descriptor socket) {
  auto link = std::make_shared<KeeperLink>(executor);
  link->replace(std::move(socket));
  return link;
}

void KeeperLink::replace(Descriptor socket) {
  close();
  if (const auto ready = sys::set_non_blocking(socket.number()); !ready) log::error(ready.error().text);
  socket_ = std::make_shared<net::Socket>(executor_, std::move(socket));
  net::spawn(executor_, read_answers(shared_from_this(), socket_), [](const Error& error) {
    if (error.kind != ErrorKind::closed) log::error("reading the keeper's answers failed: " + error.text);
  });
}

void KeeperLink::close() {
  keys_.fail_all();
  if (socket_) socket_->close();
  socket_.reset();
}

bool KeeperLink::send(const tls::KeyRequest& request) {
  return socket_ && send_request(socket_->number(), request);
}

Result<tls::KeyAnswer> KeeperLink::receive() {
  if (!socket_) return fail(ErrorKind::closed, "the keeper is gone");
  pollfd entry{socket_->number(), POLLIN, 0};
  if (poll(&entry, 1, blocking_limit_ms) <= 0)
    return fail(ErrorKind::timeout, "the keeper did not answer in time");
  return next_answer(socket_->number());
}

net::Task<void> KeeperLink::read_answers(std::shared_ptr<KeeperLink> link,
                                         std::shared_ptr<net::Socket> socket) {
  for (;;) {
    co_await socket->readable();
    auto answer = next_answer(socket->number());
    while (answer) {
      link->keys_.complete(std::move(*answer));
      answer = next_answer(socket->number());
    }
    if (answer.error().kind == ErrorKind::unavailable) continue;
    // The keeper died or broke the rules. A successor comes with replace(); until then handshakes fail at
    // once.
    if (link->socket_ == socket) {
      log::warning("the keeper is gone; handshakes fail until it is back");
      link->close();
    }
    co_return;
  }
}

}  // namespace sallyport::gateway
