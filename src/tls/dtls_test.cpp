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

Step read(Dtls& from) {
  Bytes buffer(20000);
  MutableByteView plaintext;
  return from.read(buffer, plaintext);
}

std::vector<Bytes> take_output(Dtls& from) {
  std::vector<Bytes> taken(from.output().begin(), from.output().end());
  from.clear_output();
  return taken;
}

// Whose records are our own; the others' are OpenSSL's, which is the judge.
struct Own {
  bool client = true;
  bool gateway = true;
};
constexpr std::array<Own, 4> all_pairs{{{true, true}, {true, false}, {false, true}, {false, false}}};

// Both ends of an association, on a path without loss.
struct Ends {
  explicit Ends(const DtlsKeys& keys, Own own = {}) : Ends(keys, keys, own) {}
  Ends(const DtlsKeys& of_client, const DtlsKeys& of_gateway, Own own = {})
      : client(or_throw(client_context().begin(std::make_shared<const DtlsKeys>(of_client), own.client))),
        gateway(
            or_throw(gateway_context().begin(std::make_shared<const DtlsKeys>(of_gateway), own.gateway))) {}

  static bool deliver(Dtls& from, Dtls& to) {
    auto datagrams = take_output(from);
    for (auto& datagram : datagrams) {
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
  auto datagrams = take_output(from);
  EXPECT_EQ(datagrams.size(), 1U);
  Bytes buffer(20000);
  MutableByteView plaintext_read;
  to.feed(datagrams.at(0));
  if (to.read(buffer, plaintext_read) != Step::done) return {};
  return {plaintext_read.begin(), plaintext_read.end()};
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
    for (const auto& own : all_pairs) {
      Ends ends(only, all, own);
      ends.shake_hands();
      ASSERT_TRUE(ends.client.is_established()) << ends.client.error().text;
      EXPECT_EQ(ends.gateway.cipher(), cipher);
      expect_data_both_ways(ends);
    }
  }
}

TEST(Dtls, every_suite_resumes_a_session_that_never_was) {
  for (const auto* cipher :
       {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256",
        "DHE-RSA-AES256-SHA", "DHE-RSA-AES128-SHA", "AES256-SHA", "AES128-SHA"}) {
    SCOPED_TRACE(cipher);
    for (const auto& own : all_pairs) {
      Ends ends(resumption(cipher), own);
      ends.shake_hands();
      ASSERT_TRUE(ends.client.is_established()) << ends.client.error().text;
      ASSERT_TRUE(ends.gateway.is_established()) << ends.gateway.error().text;
      EXPECT_EQ(ends.client.cipher(), cipher);
      EXPECT_FALSE(ends.client.peer_has_finished());  // it sent the last flight
      EXPECT_TRUE(ends.gateway.peer_has_finished());
      expect_data_both_ways(ends);
    }
  }
}

// Not only the first record: sequence numbers and nonces go on from where OpenSSL has left off.
TEST(Dtls, thousands_of_records_pass_between_our_record_layer_and_openssls) {
  for (const auto* cipher : {"ECDHE-RSA-AES256-GCM-SHA384", "AES128-GCM-SHA256"}) {
    for (const auto& own : all_pairs) {
      Ends ends(resumption(cipher), own);
      ends.shake_hands();
      for (std::size_t i = 0; i < 3000; ++i) {
        ASSERT_EQ(ends.client.has_own_records(), own.client);
        ASSERT_EQ(ends.gateway.has_own_records(), own.gateway);
        const Bytes packet(i % 1401 + 1, static_cast<std::uint8_t>(i));
        ASSERT_EQ(carry(ends.client, ends.gateway, packet), packet) << i;
        ASSERT_EQ(carry(ends.gateway, ends.client, packet), packet) << i;
      }
    }
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
  auto record = take_output(ends.client).at(0);
  auto forged = record;
  auto repeated = record;
  forged.back() ^= 1;
  ends.gateway.feed(forged);
  EXPECT_EQ(read(ends.gateway), Step::want_read);
  ends.gateway.feed(record);
  EXPECT_EQ(read(ends.gateway), Step::done);
  ends.gateway.feed(repeated);
  EXPECT_EQ(read(ends.gateway), Step::want_read);
  expect_data_both_ways(ends);
}

TEST(Dtls, no_forged_record_of_any_length_ends_an_association) {
  auto chacha = psk();
  chacha.ciphers = "PSK-CHACHA20-POLY1305";
  for (const auto& keys : {psk(), chacha, resumption(), resumption("AES128-SHA")}) {
    SCOPED_TRACE(keys.ciphers);
    Ends ends(keys);
    ends.shake_hands();
    for (const int type : {20, 21, 22, 23}) {
      for (std::size_t length = 0; length < 80; ++length) {
        Bytes forged{static_cast<std::uint8_t>(type),  0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0xff, 0, 0,
                     static_cast<std::uint8_t>(length)};
        forged.resize(forged.size() + length, 0x5a);
        for (auto* end : {&ends.client, &ends.gateway}) {
          end->feed(forged);
          ASSERT_EQ(read(*end), Step::want_read) << type << ' ' << length << end->error().text;
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
  LossyPath(const DtlsKeys& keys, Own own, int lost) : ends_(keys, own), lost_(lost) {
    ends_.client.handshake();
  }

  bool is_through() const { return through_; }
  void go_on() {
    pump(ends_.client, ends_.gateway);
    pump(ends_.gateway, ends_.client);
    if (ends_.client.is_established()) ends_.client.write(as_bytes("ping"));
  }

 private:
  void pump(Dtls& from, Dtls& to) {
    if (const auto wait = from.retransmit_in(); wait && wait->count() == 0) from.retransmit();
    for (auto& datagram : take_output(from)) {
      if (count_++ == lost_) continue;
      to.feed(datagram);
      receive(to);
    }
  }
  void receive(Dtls& end) {
    if (!end.is_established()) end.handshake();
    Bytes buffer(20000);
    MutableByteView plaintext;
    while (end.is_established() && end.read(buffer, plaintext) == Step::done) {
      if (as_text(plaintext) == "ping") end.write(as_bytes("pong"));
      if (as_text(plaintext) == "pong") through_ = true;
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
    for (const auto& own : all_pairs) {
      for (int lost = 0; lost < 12; ++lost) paths.push_back(std::make_unique<LossyPath>(keys, own, lost));
    }
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
  for (const auto& own : all_pairs) {
    Ends ends(resumption(), own);
    ends.shake_hands();
    ends.gateway.shutdown();
    auto datagrams = take_output(ends.gateway);
    ASSERT_EQ(datagrams.size(), 1U);
    ends.client.feed(datagrams[0]);
    EXPECT_EQ(read(ends.client), Step::closed);
    EXPECT_EQ(ends.client.error().text, "the other end closed DTLS");
    EXPECT_EQ(ends.gateway.write(Bytes(100, 1)), Step::failed);
  }
}

TEST(Dtls, junk_is_no_hello) {
  auto gateway = or_throw(gateway_context().begin(std::make_shared<const DtlsKeys>(psk())));
  for (std::size_t size : {1U, 12U, 13U, 60U, 1500U}) {
    Bytes junk(size, 0x16);
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
