#include "gateway/keeper_link.hpp"

#include <poll.h>

#include "base/log.hpp"
#include "gateway/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

using namespace std::chrono_literals;

constexpr int blocking_limit_ms = 100;
// Some 300 fill the socket. The keeper needs no more than its next one to be busy.
constexpr std::size_t most_with_keeper = 64;
constexpr std::size_t most_waiting = 8192;  // as many handshakes are open at most
// It signs in less than a millisecond.
constexpr auto longest_silence = 1s;
constexpr auto watch_interval = 500ms;

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
  net::spawn(executor_, watch(shared_from_this(), socket_),
             [](const Error& error) { log::error("watching the keeper failed: " + error.text); });
}

void KeeperLink::close() {
  waiting_.clear();
  with_keeper_ = 0;
  keys_.fail_all();
  if (socket_) socket_->close();
  socket_.reset();
}

bool KeeperLink::send(const tls::KeyRequest& request) {
  if (!socket_ || waiting_.size() == most_waiting) return false;
  waiting_.push_back(request);
  send_waiting();
  return true;
}

// If the socket is broken, its reader finds out.
void KeeperLink::send_waiting() {
  while (with_keeper_ < most_with_keeper && !waiting_.empty()) {
    const auto& next = waiting_.front();
    if (keys_.wants(next.id)) {
      if (!send_request(socket_->number(), next)) return;
      if (with_keeper_++ == 0) heard_ = Clock::now();
    }
    waiting_.pop_front();
  }
}

Result<tls::KeyAnswer> KeeperLink::receive() {
  if (!socket_) return fail(ErrorKind::closed, "the keeper is gone");
  pollfd entry{socket_->number(), POLLIN, 0};
  if (poll(&entry, 1, blocking_limit_ms) <= 0)
    return fail(ErrorKind::timeout, "the keeper did not answer in time");
  return take_answer();
}

Result<tls::KeyAnswer> KeeperLink::take_answer() {
  auto answer = TRY(next_answer(socket_->number()));
  heard_ = Clock::now();
  if (with_keeper_ > 0) --with_keeper_;
  send_waiting();
  return answer;
}

net::Task<void> KeeperLink::read_answers(std::shared_ptr<KeeperLink> link,
                                         std::shared_ptr<net::Socket> socket) {
  for (;;) {
    co_await socket->readable();
    if (link->socket_ != socket) co_return;
    auto answer = link->take_answer();
    while (answer) {
      link->keys_.complete(std::move(*answer));
      answer = link->take_answer();
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

net::Task<void> KeeperLink::watch(std::shared_ptr<KeeperLink> link, std::shared_ptr<net::Socket> socket) {
  for (;;) {
    co_await net::sleep(watch_interval);
    if (link->socket_ != socket) co_return;
    link->send_waiting();  // where the socket did not take it
    if (link->with_keeper_ == 0 || Clock::now() < link->heard_ + longest_silence) continue;
    if (link->keys_.open_requests() > 0) log::warning("the keeper does not answer; handshakes fail");
    link->waiting_.clear();
    link->keys_.fail_all();
    link->heard_ = Clock::now();  // whoever asks it next has his second
  }
}

}  // namespace sallyport::gateway
