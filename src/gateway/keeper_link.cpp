#include "gateway/keeper_link.hpp"

#include <poll.h>

#include "base/log.hpp"
#include "proto/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

constexpr int blocking_limit_ms = 100;

proto::KeeperRequest to_message(const tls::KeyRequest& request) {
  return {request.id,
          static_cast<proto::KeeperOperation>(request.operation),
          request.key,
          static_cast<proto::KeeperPadding>(request.padding),
          request.salt_length,
          static_cast<proto::KeeperDigest>(request.digest),
          request.client_version,
          request.negotiated_version,
          request.input};
}

Result<tls::KeyAnswer> next_answer(int socket) {
  auto message = TRY(sys::receive_message(socket));
  auto answer = proto::KeeperAnswer::parse(message.bytes);
  wipe(message.bytes);  // it may hold a premaster secret
  if (!answer) return tl::unexpected(answer.error());
  return tls::KeyAnswer{answer->id, answer->ok, std::move(answer->output)};
}

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
  return socket_ && sys::send_message(socket_->number(), to_message(request).serialize()).has_value();
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
