#include "test/pair/link.hpp"

#include <array>
#include <cerrno>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/socket_address.hpp"
#include "net/tcp.hpp"
#include "sys/listener.hpp"

namespace sallyport::pair {

namespace {

constexpr std::size_t record_header = 5;
constexpr std::chrono::seconds connect_limit{10};
// How long the last of several records may be on its way.
constexpr std::chrono::milliseconds moment{2};

// Of the record that begins here; 0: it is not complete.
std::size_t record_size(ByteView bytes) {
  if (bytes.size() < record_header) return 0;
  const std::size_t size = record_header + (std::size_t{bytes[3]} << 8) + bytes[4];
  return size <= bytes.size() ? size : 0;
}

// Closing it is a reset from now on.
void will_be_reset(int socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

Listening listen_on_loopback() {
  Listening made{or_throw(sys::listen_tcp({or_throw(Address::parse("127.0.0.1")), 0})), {}};
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  EXPECT_EQ(getsockname(made.listener.number(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
  made.endpoint = from_sockaddr(bound);
  return made;
}

struct Link::Connection {
  Connection(std::shared_ptr<int> open, net::Socket first, net::Socket second)
      : count(std::move(open)), client(std::move(first)), gateway(std::move(second)) {
    ++*count;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { --*count; }

  std::shared_ptr<int> count;
  net::Socket client;
  net::Socket gateway;
  bool broken = false;  // nothing is passed on any more
};

struct Link::Direction {
  net::Socket Connection::*from;
  net::Socket Connection::*to;
};

Link::Link(const net::Executor& executor, Endpoint gateway) : executor_(executor), gateway_(gateway) {
  auto [listener, endpoint] = listen_on_loopback();
  endpoint_ = endpoint;
  net::spawn(executor_, accept_all(*this, std::move(listener)),
             [](const Error& error) { ADD_FAILURE() << error.text; });
}

net::Task<void> Link::accept_all(Link& link, Descriptor listener) {
  net::Acceptor acceptor(link.executor_, std::move(listener));
  for (;;) {
    auto accepted = co_await acceptor.accept();
    net::spawn(link.executor_, carry(link, std::move(accepted.descriptor)), [](const Error&) {});
  }
}

net::Task<void> Link::carry(Link& link, Descriptor client) {
  auto gateway = co_await net::connect_tcp(link.gateway_, connect_limit);
  const auto connection =
      std::make_shared<Connection>(link.open_, net::Socket(link.executor_, std::move(client)),
                                   net::Socket(link.executor_, std::move(gateway)));
  constexpr Direction to_gateway{&Connection::client, &Connection::gateway};
  constexpr Direction to_client{&Connection::gateway, &Connection::client};
  for (const auto direction : {to_gateway, to_client}) {
    net::spawn(link.executor_, pump(link, connection, direction), [](const Error&) {});
  }
}

// Until the sender has closed. Also of a broken connection all is read, so that nobody's end is a reset by
// accident.
net::Task<void> Link::pump(Link& link, std::shared_ptr<Connection> connection, Direction direction) {
  auto& from = (*connection).*direction.from;
  auto& to = (*connection).*direction.to;
  Bytes waiting;
  std::array<std::uint8_t, 16384> buffer{};
  bool may_be_more = false;
  for (;;) {
    const auto size = ::recv(from.number(), buffer.data(), buffer.size(), 0);
    if (size > 0) {
      waiting.insert(waiting.end(), buffer.begin(), buffer.begin() + size);
      may_be_more = link.delivery_ == Delivery::joined;
      continue;
    }
    if (size == 0 || errno != EAGAIN) break;
    if (std::exchange(may_be_more, false)) {
      co_await net::sleep(moment);
      continue;
    }
    co_await link.pass_on(*connection, to, waiting);
    co_await from.readable();
  }
  co_await link.pass_on(*connection, to, waiting);
  if (!connection->broken) ::shutdown(to.number(), SHUT_WR);
}

net::Task<void> Link::pass_on(Connection& connection, net::Socket& to, Bytes& waiting) {
  for (;;) {
    const auto bytes = take_records(connection, waiting);
    if (bytes.empty()) co_return;
    co_await deliver(to, bytes);
  }
}

// The next record, or all that are there; nothing, too, when the next one is lost.
Bytes Link::take_records(Connection& connection, Bytes& waiting) {
  std::size_t taken = 0;
  while (const auto size = record_size(ByteView(waiting).subspan(taken))) {
    if (connection.broken || fails_with(connection)) break;
    ++records_;
    taken += size;
    if (delivery_ != Delivery::joined) break;
  }
  Bytes records(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
  waiting.erase(waiting.begin(),
                connection.broken ? waiting.end() : waiting.begin() + static_cast<std::ptrdiff_t>(taken));
  return records;
}

net::Task<void> Link::deliver(net::Socket& to, ByteView bytes) {
  while (!bytes.empty()) {
    const auto most = delivery_ == Delivery::single_bytes ? 1 : bytes.size();
    const auto sent = ::send(to.number(), bytes.data(), most, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) co_return;  // it has gone: its own end says so
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
    co_await to.writable();  // and the loop has turned
  }
}

bool Link::fails_with(Connection& connection) {
  auto& disturbance = *disturbance_;
  const std::array both{connection.client.number(), connection.gateway.number()};
  if (disturbance.strikes(Fault::link_ends)) {
    for (const int end : both) ::shutdown(end, SHUT_WR);
    connection.broken = true;
  } else if (disturbance.strikes(Fault::link_is_reset)) {
    for (const int end : both) will_be_reset(end);
    connection.client.close();
    connection.gateway.close();
    connection.broken = true;
  } else if (disturbance.strikes(Fault::link_goes_silent)) {
    connection.broken = true;
  }
  return connection.broken;
}

}  // namespace sallyport::pair
