#include "tls/dtls.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tls/dtls_context.hpp"
#include "tls/random.hpp"

namespace sallyport::tls {

namespace {

using Mode = DtlsKeys::Mode;

const DtlsContext& gateway_context() {
  static const auto& context = *new DtlsContext(or_throw(DtlsContext::open_gateway()));
  return context;
}
const DtlsContext& client_context() {
  static const auto& context = *new DtlsContext(or_throw(DtlsContext::open_client()));
  return context;
}

DtlsKeys psk() {
  return {.ciphers = "kPSK+AESGCM:kPSK+CHACHA20",
          .session_id = Bytes(32, 0x11),
          .secret = or_throw(random_secret(32))};
}
DtlsKeys resumption(std::string cipher = "AES256-GCM-SHA384") {
  return {.mode = Mode::resumption,
          .ciphers = std::move(cipher),
          .session_id = Bytes(32, 0x22),
          .secret = or_throw(random_secret(48))};
}

std::vector<Bytes> take_output(Dtls& from) {
  std::vector<Bytes> taken(from.output().begin(), from.output().end());
  from.clear_output();
  return taken;
}

// Both ends of an association, on a path without loss.
struct Ends {
  explicit Ends(const DtlsKeys& keys) : Ends(keys, keys) {}
  Ends(const DtlsKeys& of_client, const DtlsKeys& of_gateway)
      : client(or_throw(client_context().begin(std::make_shared<const DtlsKeys>(of_client)))),
        gateway(or_throw(gateway_context().begin(std::make_shared<const DtlsKeys>(of_gateway)))) {}

  static bool deliver(Dtls& from, Dtls& to) {
    const auto datagrams = take_output(from);
    for (const auto& datagram : datagrams) {
      to.feed(datagram);
      if (to.handshake() == Step::failed) return false;
    }
    return !datagrams.empty();
  }
  void shake_hands() {
    client.handshake();
    while (deliver(client, gateway) || deliver(gateway, client)) {
    }
  }

  Dtls client;
  Dtls gateway;
};

// The plaintext of the one record that `from` has written; empty: nothing could be read.
Bytes carry(Dtls& from, Dtls& to, ByteView plaintext) {
  EXPECT_EQ(from.write(plaintext), Step::done);
  const auto datagrams = take_output(from);
  EXPECT_EQ(datagrams.size(), 1U);
  Bytes buffer(20000);
  std::size_t size = 0;
  to.feed(datagrams.at(0));
  if (to.read(buffer, size) != Step::done) return {};
  buffer.resize(size);
  return buffer;
}

void expect_data_both_ways(Ends& ends) {
  const Bytes packet(1400, 0x45);
  EXPECT_EQ(carry(ends.client, ends.gateway, packet), packet);
  EXPECT_EQ(carry(ends.gateway, ends.client, packet), packet);
}

}  // namespace

TEST(Dtls, a_pre_shared_key_makes_an_association) {
  Ends ends(psk());
  ends.shake_hands();
  ASSERT_TRUE(ends.client.is_established()) << ends.client.error().text;
  ASSERT_TRUE(ends.gateway.is_established()) << ends.gateway.error().text;
  EXPECT_EQ(ends.client.version(), "DTLSv1.2");
  EXPECT_EQ(ends.gateway.cipher(), "PSK-AES256-GCM-SHA384");
  EXPECT_TRUE(ends.client.peer_has_finished());
  EXPECT_FALSE(ends.gateway.peer_has_finished());  // it sent the last flight
  expect_data_both_ways(ends);
}

TEST(Dtls, a_client_without_aes_gets_chacha20) {
  const auto all = psk();
  for (const auto* cipher : {"PSK-CHACHA20-POLY1305", "PSK-AES128-GCM-SHA256"}) {
    auto only = all;
    only.ciphers = cipher;
    Ends ends(only, all);
    ends.shake_hands();
    ASSERT_TRUE(ends.client.is_established()) << ends.client.error().text;
    EXPECT_EQ(ends.gateway.cipher(), cipher);
    expect_data_both_ways(ends);
  }
}

TEST(Dtls, every_suite_resumes_a_session_that_never_was) {
  for (const auto* cipher :
       {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256",
        "DHE-RSA-AES256-SHA", "DHE-RSA-AES128-SHA", "AES256-SHA", "AES128-SHA"}) {
    SCOPED_TRACE(cipher);
    Ends ends(resumption(cipher));
    ends.shake_hands();
    ASSERT_TRUE(ends.client.is_established()) << ends.client.error().text;
    ASSERT_TRUE(ends.gateway.is_established()) << ends.gateway.error().text;
    EXPECT_EQ(ends.client.cipher(), cipher);
    EXPECT_FALSE(ends.client.peer_has_finished());  // it sent the last flight
    EXPECT_TRUE(ends.gateway.peer_has_finished());
    expect_data_both_ways(ends);
  }
}

TEST(Dtls, the_hello_names_the_session_in_both_modes) {
  for (const auto& keys : {psk(), resumption()}) {
    Ends ends(keys);
    ends.client.handshake();
    const auto hello = take_output(ends.client);
    ASSERT_EQ(hello.size(), 1U);
    const auto id = ByteView(hello[0]).subspan(60, 32);
    EXPECT_TRUE(std::ranges::equal(id, keys.session_id));
    EXPECT_LT(hello[0].size(), 256U);
  }
}

TEST(Dtls, another_key_makes_no_association) {
  for (const auto& keys : {psk(), resumption()}) {
    auto others = keys;
    others.secret = or_throw(random_secret(keys.secret.size()));
    Ends ends(keys, others);
    ends.shake_hands();
    EXPECT_FALSE(ends.client.is_established());
    EXPECT_FALSE(ends.gateway.is_established());
  }
}

TEST(Dtls, a_gateway_that_cannot_resume_sends_nothing) {
  auto keys = resumption();
  auto others = keys;
  others.session_id[0] ^= 1;
  Ends ends(keys, others);
  ends.client.handshake();
  Ends::deliver(ends.client, ends.gateway);
  EXPECT_EQ(ends.gateway.error().text, "the other end does not resume the session that was agreed on");
  EXPECT_TRUE(ends.gateway.output().empty());
}

TEST(Dtls, forged_and_repeated_records_are_passed_over) {
  Ends ends(psk());
  ends.shake_hands();
  EXPECT_EQ(ends.client.write(Bytes(100, 1)), Step::done);
  const auto record = take_output(ends.client).at(0);
  auto forged = record;
  forged.back() ^= 1;
  Bytes buffer(20000);
  std::size_t size = 0;
  ends.gateway.feed(forged);
  EXPECT_EQ(ends.gateway.read(buffer, size), Step::want_read);
  ends.gateway.feed(record);
  EXPECT_EQ(ends.gateway.read(buffer, size), Step::done);
  ends.gateway.feed(record);
  EXPECT_EQ(ends.gateway.read(buffer, size), Step::want_read);
  expect_data_both_ways(ends);
}

TEST(Dtls, no_forged_record_of_any_length_ends_an_association) {
  auto chacha = psk();
  chacha.ciphers = "PSK-CHACHA20-POLY1305";
  for (const auto& keys : {psk(), chacha, resumption(), resumption("AES128-SHA")}) {
    SCOPED_TRACE(keys.ciphers);
    Ends ends(keys);
    ends.shake_hands();
    Bytes buffer(20000);
    std::size_t size = 0;
    for (const int type : {20, 21, 22, 23}) {
      for (std::size_t length = 0; length < 80; ++length) {
        Bytes forged{static_cast<std::uint8_t>(type),  0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0xff, 0, 0,
                     static_cast<std::uint8_t>(length)};
        forged.resize(forged.size() + length, 0x5a);
        for (auto* end : {&ends.client, &ends.gateway}) {
          end->feed(forged);
          ASSERT_EQ(end->read(buffer, size), Step::want_read) << type << ' ' << length << end->error().text;
          end->clear_output();
        }
      }
    }
    expect_data_both_ways(ends);
  }
}

TEST(Dtls, no_forged_record_ends_a_handshake) {
  for (const auto& keys : {psk(), resumption()}) {
    for (std::size_t length = 0; length < 80; ++length) {
      Ends ends(keys);
      ends.client.handshake();
      Ends::deliver(ends.client, ends.gateway);
      Bytes forged{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 7, 0, static_cast<std::uint8_t>(length)};
      forged.resize(forged.size() + length, 0x5a);
      for (auto* end : {&ends.client, &ends.gateway}) {
        end->feed(forged);
        EXPECT_EQ(end->handshake(), Step::want_read) << length;
      }
      while (Ends::deliver(ends.gateway, ends.client) || Ends::deliver(ends.client, ends.gateway)) {
      }
      EXPECT_TRUE(ends.client.is_established() && ends.gateway.is_established()) << length;
    }
  }
}

TEST(Dtls, a_hello_that_got_lost_is_repeated) {
  Ends ends(psk());
  ends.client.handshake();
  take_output(ends.client);
  const auto wait = ends.client.retransmit_in();
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, std::chrono::seconds(1));
  EXPECT_EQ(ends.client.retransmit(), Step::want_read);  // too early: nothing happens
  EXPECT_TRUE(ends.client.output().empty());
}

// A path that loses one datagram, and a client that asks until it is answered.
class LossyPath {
 public:
  LossyPath(const DtlsKeys& keys, int lost) : ends_(keys), lost_(lost) { ends_.client.handshake(); }

  bool is_through() const { return through_; }
  void go_on() {
    pump(ends_.client, ends_.gateway);
    pump(ends_.gateway, ends_.client);
    if (ends_.client.is_established()) ends_.client.write(as_bytes("ping"));
  }

 private:
  void pump(Dtls& from, Dtls& to) {
    if (const auto wait = from.retransmit_in(); wait && wait->count() == 0) from.retransmit();
    for (const auto& datagram : take_output(from)) {
      if (count_++ == lost_) continue;
      to.feed(datagram);
      receive(to);
    }
  }
  void receive(Dtls& end) {
    if (!end.is_established()) end.handshake();
    Bytes buffer(20000);
    std::size_t size = 0;
    while (end.is_established() && end.read(buffer, size) == Step::done) {
      if (as_text(ByteView(buffer).first(size)) == "ping") end.write(as_bytes("pong"));
      if (as_text(ByteView(buffer).first(size)) == "pong") through_ = true;
    }
  }

  Ends ends_;
  int lost_;
  int count_ = 0;
  bool through_ = false;
};

TEST(Dtls, whichever_datagram_of_a_handshake_gets_lost_it_comes_about) {
  std::vector<std::unique_ptr<LossyPath>> paths;
  for (const auto& keys : {psk(), resumption()}) {
    for (int lost = 0; lost < 12; ++lost) paths.push_back(std::make_unique<LossyPath>(keys, lost));
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto waits = [](const auto& path) { return !path->is_through(); };
  while (std::ranges::any_of(paths, waits) && std::chrono::steady_clock::now() < end) {
    for (auto& path : paths) {
      if (!path->is_through()) path->go_on();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (std::size_t i = 0; i < paths.size(); ++i) EXPECT_TRUE(paths[i]->is_through()) << i;
}

TEST(Dtls, a_goodbye_ends_it) {
  Ends ends(resumption());
  ends.shake_hands();
  ends.gateway.shutdown();
  const auto datagrams = take_output(ends.gateway);
  ASSERT_EQ(datagrams.size(), 1U);
  Bytes buffer(20000);
  std::size_t size = 0;
  ends.client.feed(datagrams[0]);
  EXPECT_EQ(ends.client.read(buffer, size), Step::closed);
  EXPECT_EQ(ends.gateway.write(buffer), Step::failed);
}

TEST(Dtls, junk_is_no_hello) {
  auto gateway = or_throw(gateway_context().begin(std::make_shared<const DtlsKeys>(psk())));
  for (std::size_t size : {1U, 12U, 13U, 60U, 1500U}) {
    const Bytes junk(size, 0x16);
    gateway.feed(junk);
    EXPECT_EQ(gateway.handshake(), Step::want_read);
    EXPECT_TRUE(gateway.output().empty());
  }
}

TEST(Dtls, an_unknown_suite_is_an_error) {
  auto keys = psk();
  keys.ciphers = "no such suite";
  EXPECT_FALSE(client_context().begin(std::make_shared<const DtlsKeys>(keys)));
}

}  // namespace sallyport::tls
