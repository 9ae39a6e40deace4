#include "tls/connection.hpp"

#include <gtest/gtest.h>
#include <openssl/async.h>

#include "tls/connection_harness_test.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

TEST_F(ConnectionTest, carries_data_both_ways_over_tls13) {
  auto both = shaken();
  EXPECT_EQ(both.client.version(), "TLSv1.3");
  EXPECT_EQ(both.server.version(), "TLSv1.3");
  EXPECT_EQ(both.client.cipher(), "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(both.client.key_exchange(), "X25519");
  EXPECT_EQ(both.server.key_exchange(), "X25519");
  EXPECT_EQ(both.server.server_name(), "vpn.example.com");
  EXPECT_EQ(send(both.client, both.server, "POST /"), "POST /");
  EXPECT_EQ(send(both.server, both.client, "200"), "200");
}

TEST_F(ConnectionTest, carries_data_both_ways_over_tls12) {
  auto both = shaken12();
  EXPECT_EQ(both.client.version(), "TLSv1.2");
  EXPECT_EQ(both.client.cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(both.client.key_exchange(), "X25519");
  EXPECT_EQ(both.server.key_exchange(), "X25519");
  EXPECT_EQ(send(both.client, both.server, "POST /"), "POST /");
  EXPECT_EQ(send(both.server, both.client, "200"), "200");
}

TEST_F(ConnectionTest, names_the_nist_curve_of_the_key_exchange) {
  auto both = ends();
  SSL_set1_groups_list(both.client.native(), "P-256");
  ASSERT_TRUE(both.shake());
  EXPECT_EQ(both.server.key_exchange(), "P-256");
}

TEST_F(ConnectionTest, exports_the_same_key_at_both_ends) {
  Ends versions[] = {shaken(), shaken12()};
  for (auto& both : versions) {
    const auto client_key = both.client.export_key("EXPORTER-openconnect-psk", 32);
    const auto server_key = both.server.export_key("EXPORTER-openconnect-psk", 32);
    ASSERT_TRUE(client_key && server_key);
    EXPECT_EQ(client_key->size(), 32U);
    EXPECT_TRUE(*client_key == *server_key);
    EXPECT_FALSE(*client_key == *both.client.export_key("EXPORTER-other", 32));
  }
}

TEST_F(ConnectionTest, exports_no_key_before_the_handshake) {
  EXPECT_FALSE(ends().client.export_key("EXPORTER-openconnect-psk", 32));
}

TEST_F(ConnectionTest, says_how_much_is_pending) {
  auto both = shaken();
  std::size_t size = 0;
  ASSERT_EQ(both.client.write(as_bytes("0123456789"), size), Step::done);
  both.pump();
  Bytes four(4);
  ASSERT_EQ(both.server.read(four, size), Step::done);
  EXPECT_EQ(both.server.pending(), 6U);
}

TEST_F(ConnectionTest, wants_to_read_when_nothing_is_there) {
  auto both = shaken();
  std::size_t size = 7;
  Bytes buffer(16);
  EXPECT_EQ(both.server.read(buffer, size), Step::want_read);
  EXPECT_EQ(size, 0U);
  EXPECT_EQ(both.server.write({}, size), Step::done);
}

TEST_F(ConnectionTest, closes_with_a_goodbye) {
  auto both = shaken();
  EXPECT_EQ(both.client.shutdown(), Step::done);
  both.pump();
  std::size_t size = 0;
  Bytes buffer(16);
  EXPECT_EQ(both.server.read(buffer, size), Step::closed);
  EXPECT_EQ(both.server.error().text, "the client closed the connection");
  EXPECT_EQ(both.server.error().kind, ErrorKind::closed);
}

TEST_F(ConnectionTest, takes_an_end_without_goodbye_for_a_close) {
  auto both = shaken();
  BIO_set_mem_eof_return(SSL_get_rbio(both.server.native()), 0);
  std::size_t size = 0;
  Bytes buffer(16);
  EXPECT_EQ(both.server.read(buffer, size), Step::closed);
  EXPECT_EQ(both.server.error().text, "the client closed the connection without a close_notify");
  EXPECT_EQ(both.server.read(buffer, size), Step::closed);
  EXPECT_EQ(both.server.shutdown(), Step::done);
}

TEST_F(ConnectionTest, fails_when_the_peer_leaves_during_the_handshake) {
  auto both = ends();
  BIO_set_mem_eof_return(SSL_get_rbio(both.server.native()), 0);
  EXPECT_EQ(both.server.handshake(), Step::failed);
  EXPECT_EQ(both.server.error().text, "the client closed the connection during the handshake");
}

TEST_F(ConnectionTest, recognises_plain_http) {
  auto both = ends();
  both.server.feed(as_bytes("GET / HTTP/1.1\r\nHost: vpn\r\n\r\n"));
  EXPECT_EQ(both.server.handshake(), Step::failed);
  EXPECT_EQ(both.server.error().text, "the client sent plain HTTP");
  EXPECT_EQ(both.server.handshake(), Step::failed);
}

TEST_F(ConnectionTest, recognises_what_is_not_tls) {
  auto both = ends();
  both.client.handshake();
  both.client.feed(as_bytes("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_EQ(both.client.handshake(), Step::failed);
  EXPECT_EQ(both.client.error().text, "the gateway does not speak TLS");
}

TEST_F(ConnectionTest, names_the_alert_that_the_peer_sent) {
  Ends both(server_, open_client({}));
  EXPECT_FALSE(both.shake());
  EXPECT_EQ(both.server.error().text, "the client ended the connection with the alert 'bad certificate'");
  EXPECT_EQ(both.server.error().kind, ErrorKind::denied);
}

TEST_F(ConnectionTest, says_that_no_cipher_suite_is_shared) {
  auto both = ends();
  EXPECT_FALSE(both.with_suite("ECDHE-RSA-AES128-GCM-SHA256").shake());
  EXPECT_EQ(both.server.error().text, "the client has no cipher suite in common with us");
  EXPECT_EQ(both.server.error().kind, ErrorKind::unsupported);
}

TEST_F(ConnectionTest, changes_its_keys_in_tls13) {
  auto both = shaken();
  EXPECT_EQ(both.client.key_update(), Step::done);
  EXPECT_EQ(send(both.client, both.server, "after"), "after");
  EXPECT_EQ(send(both.server, both.client, "reply"), "reply");
  EXPECT_EQ(shaken12().client.key_update(), Step::failed);
}

// Feeds the server `count` key updates and reads once.
Step read_after_key_updates(Ends& both, int count) {
  for (int i = 0; i < count; ++i) EXPECT_EQ(both.client.key_update(), Step::done);
  both.server.feed(both.client.take_output());
  Bytes buffer(16);
  std::size_t size = 0;
  return both.server.read(buffer, size);
}

TEST_F(ConnectionTest, answers_a_key_update_although_it_has_nothing_to_say) {
  auto both = shaken();
  EXPECT_EQ(read_after_key_updates(both, 1), Step::want_read);
  const auto answer = both.server.take_output();
  EXPECT_FALSE(answer.empty());
  both.client.feed(answer);
  EXPECT_EQ(send(both.server, both.client, "reply"), "reply");
  EXPECT_EQ(send(both.client, both.server, "after"), "after");
}

TEST_F(ConnectionTest, takes_some_key_updates_in_a_row_but_no_flood) {
  auto some = shaken();
  EXPECT_EQ(read_after_key_updates(some, 16), Step::want_read);
  EXPECT_EQ(read_after_key_updates(some, 16), Step::want_read);
  EXPECT_EQ(send(some.client, some.server, "after"), "after");
  auto flood = shaken();
  EXPECT_EQ(read_after_key_updates(flood, 100), Step::failed);
  EXPECT_EQ(flood.server.error().text, "the client changes its keys again and again");
  EXPECT_LT(flood.server.take_output().size(), 1000U);  // it has not answered all of them first
}

// Lets both ends read until the client's renegotiation is over or one of them ends; what they read, if
// anything, is appended to `received`.
Step drive(Ends& both, std::string& received) {
  Bytes buffer(64);
  std::size_t size = 0;
  for (int round = 0; round < 10; ++round) {
    const Step client = both.client.read(buffer, size);
    received += as_text(ByteView(buffer).first(size));
    if (client != Step::want_read && client != Step::done) return client;
    both.server.feed(both.client.take_output());
    const Step server = both.server.read(buffer, size);
    received += as_text(ByteView(buffer).first(size));
    if (server != Step::want_read && server != Step::done) return server;
    both.client.feed(both.server.take_output());
  }
  return Step::done;
}

TEST_F(ConnectionTest, refuses_a_renegotiation_by_default) {
  auto both = shaken12();
  ASSERT_TRUE(both.client.renegotiate());
  std::string received;
  EXPECT_EQ(drive(both, received), Step::failed);
  EXPECT_EQ(both.client.error().text, "the gateway refused to renegotiate");
  EXPECT_EQ(SSL_num_renegotiations(both.server.native()), 0);
}

TEST_F(ConnectionTest, renegotiates_when_allowed_and_loses_no_data) {
  auto both = shaken12();
  both.server.allow_renegotiation(true);
  const auto before = *both.client.export_key("EXPORTER-openconnect-psk", 32);
  ASSERT_TRUE(both.client.renegotiate());
  EXPECT_TRUE(both.client.renegotiating());
  std::size_t size = 0;
  // Data of the gateway that crosses the client's hello.
  ASSERT_EQ(both.server.write(as_bytes("crossing"), size), Step::done);
  EXPECT_EQ(both.client.write(as_bytes("held"), size), Step::want_read);
  std::string received;
  EXPECT_EQ(drive(both, received), Step::done);
  EXPECT_EQ(received, "crossing");
  EXPECT_FALSE(both.client.renegotiating());
  EXPECT_FALSE(*both.client.export_key("EXPORTER-openconnect-psk", 32) == before);
  EXPECT_EQ(both.client.renegotiations(), 1U);
  EXPECT_EQ(both.server.renegotiations(), 1U);
  EXPECT_EQ(send(both.client, both.server, "up"), "up");
  EXPECT_EQ(send(both.server, both.client, "down"), "down");
}

TEST_F(ConnectionTest, the_server_holds_its_data_until_the_renegotiation_is_over) {
  auto both = shaken12();
  EXPECT_TRUE(both.server.secure_renegotiation());
  both.server.allow_renegotiation(true);
  ASSERT_TRUE(both.client.renegotiate());
  Bytes buffer(16);
  std::size_t size = 0;
  EXPECT_EQ(both.client.read(buffer, size), Step::want_read);
  both.server.feed(both.client.take_output());
  EXPECT_EQ(both.server.read(buffer, size), Step::want_read);
  EXPECT_TRUE(both.server.renegotiating());
  EXPECT_EQ(both.server.renegotiations(), 0U);
  EXPECT_EQ(both.server.write(as_bytes("held"), size), Step::want_read);
  std::string received;
  both.client.feed(both.server.take_output());
  EXPECT_EQ(drive(both, received), Step::done);
  EXPECT_EQ(send(both.server, both.client, "held"), "held");
}

TEST_F(ConnectionTest, takes_the_permission_to_renegotiate_back) {
  auto both = shaken12();
  both.server.allow_renegotiation(true);
  both.server.allow_renegotiation(false);
  ASSERT_TRUE(both.client.renegotiate());
  std::string received;
  EXPECT_EQ(drive(both, received), Step::failed);
}

int add_long_extension(SSL*, unsigned, const unsigned char** out, std::size_t* size, int*, void*) {
  static const Bytes content(40'000);
  *out = content.data();
  *size = content.size();
  return 1;
}

// OpenSSL reads a message to its end, whatever it is cut into, before it tells of it.
TEST_F(ConnectionTest, a_hello_in_many_small_records_ends_the_connection) {
  constexpr unsigned private_use = 0xff00;
  SSL_CTX* clients = SSL_get_SSL_CTX(ends().client.native());
  ASSERT_EQ(SSL_CTX_add_client_custom_ext(clients, private_use, add_long_extension, nullptr, nullptr, nullptr,
                                          nullptr),
            1);
  const auto read_hello_in_records_of = [this](long record_size) {
    auto both = shaken12();
    SSL_set_max_send_fragment(both.client.native(), record_size);
    EXPECT_TRUE(both.client.renegotiate());
    Bytes buffer(16);
    std::size_t size = 0;
    EXPECT_EQ(both.client.read(buffer, size), Step::want_read);
    both.server.feed(both.client.take_output());
    both.server.read(buffer, size);
    return both.server.error().text;
  };
  EXPECT_EQ(read_hello_in_records_of(1024), "");
  EXPECT_EQ(read_hello_in_records_of(512), "the client sends a handshake in too many records");
}

TEST_F(ConnectionTest, renegotiates_only_as_a_client_of_tls12) {
  EXPECT_FALSE(shaken().client.renegotiate());
  EXPECT_FALSE(shaken12().server.renegotiate());
  EXPECT_FALSE(ends().client.renegotiate());
}

TEST_F(ConnectionTest, goes_on_with_its_new_owner_after_a_release) {
  auto both = shaken();
  Connection moved = both.server.release();
  EXPECT_FALSE(both.server);  // NOLINT(bugprone-use-after-move): released is a state
  EXPECT_EQ(send(both.client, moved, "CSTP"), "CSTP");
  EXPECT_EQ(moved.server_name(), "vpn.example.com");
  both.server = std::move(moved);
  EXPECT_EQ(send(both.server, both.client, "more"), "more");
}

TEST_F(ConnectionTest, waits_for_the_keeper_without_blocking) {
  const auto context = open_server({.pairs = list_of(authority_.issue({})), .keys_in_keeper = true});
  Ends both(context, client_);
  // Stands for a provider that waits for the keeper's answer.
  const auto pause = [](SSL*, void*) { return ASYNC_pause_job(); };
  SSL_set_cert_cb(both.server.native(), pause, nullptr);
  both.client.handshake();
  both.server.feed(both.client.take_output());
  EXPECT_EQ(both.server.handshake(), Step::want_keeper);
  EXPECT_EQ(both.server.handshake(), Step::want_read);
  ASSERT_TRUE(both.shake());
  EXPECT_EQ(SSL_get_mode(both.server.native()) & SSL_MODE_ASYNC, 0);
  EXPECT_EQ(send(both.client, both.server, "x"), "x");
}

}  // namespace
}  // namespace sallyport::tls
