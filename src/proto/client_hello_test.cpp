#include "proto/client_hello.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace sallyport::proto {

namespace {

// As openconnect 9.01 sends it, with one cipher suite.
Bytes hello(std::uint16_t version = 0xfefd, std::size_t id_size = 32) {
  Writer body;
  body.u16(version);
  body.append(Bytes(32, 0x11));
  body.u8(static_cast<std::uint8_t>(id_size));
  body.append(Bytes(id_size, 0xab));
  body.u8(0);  // cookie
  body.append(Bytes{0, 2, 0, 0x9d, 1, 0});
  Writer out;
  out.u8(22);
  out.u16(version == 0x0100 ? 0x0100 : 0xfeff);
  out.u16(0);
  out.append(Bytes(6));
  out.u16(static_cast<std::uint16_t>(12 + body.size()));
  out.u8(1);
  out.u24(static_cast<std::uint32_t>(body.size()));
  out.u16(0);
  out.u24(0);
  out.u24(static_cast<std::uint32_t>(body.size()));
  out.append(body.view());
  return out.take();
}

}  // namespace

TEST(ClientHello, finds_random_and_session_id) {
  for (const std::uint16_t version : {std::uint16_t{0xfefd}, std::uint16_t{0xfeff}, std::uint16_t{0x0100}}) {
    const auto datagram = hello(version);
    const auto peeked = peek_client_hello(datagram);
    ASSERT_TRUE(peeked) << version;
    EXPECT_EQ(peeked->session_id.data(), datagram.data() + 60);
    EXPECT_EQ(Bytes(peeked->session_id.begin(), peeked->session_id.end()), Bytes(32, 0xab));
    EXPECT_EQ(Bytes(peeked->random.begin(), peeked->random.end()), Bytes(32, 0x11));
  }
}

TEST(ClientHello, an_empty_or_short_id_is_what_it_is) {
  EXPECT_TRUE(peek_client_hello(hello(0xfefd, 0))->session_id.empty());
  EXPECT_EQ(peek_client_hello(hello(0xfefd, 7))->session_id.size(), 7U);
}

TEST(ClientHello, anything_else_is_not_one) {
  struct Case {
    const char* what;
    std::function<void(Bytes&)> change;
  };
  const std::vector<Case> cases{
      {"application data", [](Bytes& d) { d[0] = 23; }},
      {"TLS version", [](Bytes& d) { d[1] = 3; }},
      {"a later epoch", [](Bytes& d) { d[4] = 1; }},
      {"record longer than the datagram", [](Bytes& d) { d.pop_back(); }},
      {"another handshake message", [](Bytes& d) { d[13] = 2; }},
      {"not the first fragment", [](Bytes& d) { d[21] = 1; }},
      {"a first fragment", [](Bytes& d) { d[24] -= 1; }},
      {"a message longer than its record", [](Bytes& d) { ++d[16], ++d[24]; }},
      {"a foreign client version", [](Bytes& d) { d[25] = 3; }},
      {"an id that is too long", [](Bytes& d) { d[59] = 33; }},
  };
  for (const auto& [what, change] : cases) {
    auto datagram = hello();
    change(datagram);
    EXPECT_FALSE(peek_client_hello(datagram)) << what;
  }
}

TEST(ClientHello, every_cut_of_a_hello_is_refused) {
  const auto datagram = hello();
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    EXPECT_FALSE(peek_client_hello(ByteView(datagram).first(size))) << size;
  }
}

}  // namespace sallyport::proto
