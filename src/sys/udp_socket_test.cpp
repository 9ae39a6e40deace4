#include "sys/udp_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include "base/socket_address.hpp"
#include "sys/listener.hpp"

namespace sallyport::sys {

namespace {

Endpoint at(std::string_view text) {
  return or_throw(Endpoint::parse(text));
}

std::uint16_t port_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size), 0);
  return from_sockaddr(storage).port;
}

UdpSocket opened(Address::Family family = Address::Family::v4) {
  return or_throw(UdpSocket::from(or_throw(open_udp(family, 0))));
}

UdpSocket listening(std::string_view where) {
  return or_throw(UdpSocket::from(or_throw(listen_udp(at(where)))));
}

std::optional<UdpSocket::Datagram> next(UdpSocket& socket, MutableByteView buffer) {
  pollfd watched{socket.number(), POLLIN, 0};
  EXPECT_EQ(::poll(&watched, 1, 5000), 1);
  return socket.receive(buffer);
}

// A datagram to `address`, and the answer to it; where the answer came from.
Endpoint ask(UdpSocket& gateway, const Address& address) {
  Bytes buffer(2000);
  const Endpoint to{address, port_of(gateway.number())};
  auto client = opened(address.family());
  const Bytes hello{1, 2, 3};
  EXPECT_EQ(client.send(hello, {to, std::nullopt}), 0);
  const auto seen = next(gateway, buffer);
  EXPECT_TRUE(seen);
  if (!seen) return {};
  EXPECT_TRUE(std::ranges::equal(seen->bytes, hello));
  EXPECT_EQ(seen->path.local, address);
  EXPECT_EQ(seen->path.peer.port, port_of(client.number()));
  EXPECT_EQ(gateway.send(Bytes{4}, seen->path), 0);
  const auto answer = next(client, buffer);
  EXPECT_TRUE(answer && !answer->path.local);
  return answer ? answer->path.peer : Endpoint();
}

}  // namespace

TEST(UdpSocket, answers_from_the_address_that_was_written_to) {
  auto gateway = listening("0.0.0.0:0");
  for (const auto* address : {"127.0.0.1", "127.0.0.2"}) {
    const auto to = or_throw(Address::parse(address));
    EXPECT_EQ(ask(gateway, to), (Endpoint{to, port_of(gateway.number())}));
  }
}

TEST(UdpSocket, one_socket_takes_both_families) {
  auto gateway = listening("[::]:0");
  for (const auto* address : {"127.0.0.2", "::1"}) {
    const auto to = or_throw(Address::parse(address));
    EXPECT_EQ(ask(gateway, to), (Endpoint{to, port_of(gateway.number())}));
  }
}

TEST(UdpSocket, says_when_nothing_is_waiting) {
  auto socket = opened();
  Bytes buffer(2000);
  EXPECT_FALSE(socket.receive(buffer));
}

TEST(UdpSocket, a_closed_port_is_no_error_of_the_next_datagram) {
  auto gone = or_throw(listen_udp(at("127.0.0.1:0")));
  const Endpoint to{at("127.0.0.1:0").address, port_of(gone.number())};
  gone.close();
  auto socket = opened();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(socket.send(Bytes{1}, {to, std::nullopt}), 0);
  Bytes buffer(2000);
  EXPECT_FALSE(socket.receive(buffer));
}

TEST(UdpSocket, a_port_that_is_taken_is_an_error) {
  const auto first = listening("0.0.0.0:0");
  const auto second = open_udp(Address::Family::v4, port_of(first.number()));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("cannot use UDP port"), std::string::npos);
}

TEST(UdpSocket, changes_its_port_unless_that_was_named) {
  for (const auto* address : {"127.0.0.1", "::1"}) {
    auto gateway = listening(address == std::string("::1") ? "[::1]:0" : "127.0.0.1:0");
    const Endpoint to{or_throw(Address::parse(address)), port_of(gateway.number())};
    const auto port_seen = [&](UdpSocket& from) {
      Bytes buffer(2000);
      EXPECT_EQ(from.send(Bytes{1}, {to, std::nullopt}), 0);
      return next(gateway, buffer)->path.peer.port;
    };
    auto any = opened(to.address.family());
    const auto before = port_seen(any);
    EXPECT_EQ(port_seen(any), before);
    any.change_port();
    EXPECT_NE(port_seen(any), before);
    any.change_port();
    auto named = or_throw(UdpSocket::from(or_throw(open_udp(to.address.family(), before))));
    named.change_port();
    EXPECT_EQ(port_seen(named), before);
  }
}

}  // namespace sallyport::sys
