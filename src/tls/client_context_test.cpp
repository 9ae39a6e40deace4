#include "tls/client_context.hpp"

#include <gmock/gmock.h>

#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;
using testing::HasSubstr;

class ClientContextTest : public testing::Test {
 protected:
  // What the client says of a gateway with this certificate; "" if the handshake is done.
  static std::string refusal(const ClientContext& client, const KeyPair& pair,
                             std::string_view host = "vpn.example.com") {
    Ends both(open_server({.pairs = list_of(pair)}), client, host);
    if (both.shake()) return "";
    EXPECT_EQ(both.client_step, Step::failed);
    EXPECT_EQ(both.client.error().kind, ErrorKind::denied);
    return both.client.error().text;
  }
  std::string refusal(const Wish& wish, std::string_view host = "vpn.example.com") const {
    return refusal(client_, authority_.issue(wish), host);
  }
  ClientContext pinned(const std::string& pin) const {
    return open_client({.pins = {*Pin::parse("sha256:0000"), *Pin::parse(pin)}});
  }

  Authority authority_;
  ClientContext client_ = open_client({.authorities = authority_.pem()});
};

TEST_F(ClientContextTest, begins_with_an_empty_session_id) {
  auto connection = or_throw(client_.connect("vpn.example.com", now));
  connection.attach_memory();
  EXPECT_EQ(connection.handshake(), Step::want_read);
  const Bytes hello = connection.take_output();
  ASSERT_GT(hello.size(), 44U);
  EXPECT_EQ(hello[0], 22);  // a handshake record
  EXPECT_EQ(hello[5], 1);   // a client hello
  EXPECT_EQ(hello[43], 0);  // record 5, message 4, version 2, random 32: the length of the session id
  EXPECT_TRUE(connection.client_session_id().empty());
}

TEST_F(ClientContextTest, sends_names_but_not_addresses_as_sni) {
  const auto server =
      open_server({.pairs = list_of(authority_.issue(
                       {.alternative_names = "DNS:vpn.example.com,IP:192.0.2.1,IP:2001:db8::1"}))});
  for (const auto& [host, sni] : {std::pair("vpn.example.com", "vpn.example.com"), std::pair("192.0.2.1", ""),
                                  std::pair("2001:db8::1", "")}) {
    Ends both(server, client_, host);
    ASSERT_TRUE(both.shake()) << both.client.error().text;
    EXPECT_EQ(both.server.server_name(), sni);
  }
}

TEST_F(ClientContextTest, refuses_what_cannot_be_a_host_name) {
  using namespace std::string_literals;
  for (const auto& host : {""s, std::string(256, 'a'), "vpn\0x"s}) {
    EXPECT_FALSE(client_.connect(host, now));
  }
}

TEST_F(ClientContextTest, accepts_a_gateway_it_can_verify) {
  EXPECT_EQ(refusal(Wish{}), "");
  const Authority below("Branch CA", authority_);
  EXPECT_EQ(refusal(client_, below.issue({})), "");
}

TEST_F(ClientContextTest, trusts_an_intermediate_authority_that_it_is_given) {
  const Authority below("Branch CA", authority_);
  EXPECT_EQ(refusal(open_client({.authorities = below.pem()}), below.issue({})), "");
}

TEST_F(ClientContextTest, says_that_the_authority_is_not_trusted) {
  const std::string sentence = "the gateway's certificate is signed by an authority that is not trusted";
  EXPECT_EQ(refusal(client_, Authority("Stranger").issue({})), sentence);
  EXPECT_EQ(refusal(open_client({}), authority_.issue({})), sentence);
}

TEST_F(ClientContextTest, says_that_the_certificate_is_self_signed) {
  const auto pair = self_signed({});
  EXPECT_EQ(refusal(client_, pair), "the gateway's certificate is self-signed");
  EXPECT_EQ(refusal(open_client({.authorities = to_pem(pair.chain.leaf())}), pair), "");
}

TEST_F(ClientContextTest, says_when_the_certificate_expired_or_begins) {
  EXPECT_EQ(refusal(Wish{.not_after = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1)}),
            "the gateway's certificate expired on 2026-05-01");
  EXPECT_EQ(refusal(Wish{.not_before = std::chrono::sys_days(std::chrono::year(2026) / 7 / 1)}),
            "the gateway's certificate is not valid before 2026-07-01");
}

TEST_F(ClientContextTest, says_that_an_authority_on_the_way_expired) {
  const auto old = self_signed({.common_name = "Old CA",
                                .alternative_names = "",
                                .usage = "",
                                .is_authority = true,
                                .not_after = now - 24h});
  const auto key = make_key(KeyType::ec);
  const auto leaf = Certificate::from_native(make_certificate({}, key, old.chain.leaf().native(), old.key));
  const KeyPair pair{CertificateChain(*leaf), share(key)};
  EXPECT_EQ(refusal(open_client({.authorities = to_pem(old.chain.leaf())}), pair),
            "the gateway's certificate is signed by an authority that expired on 2026-05-31");
}

TEST_F(ClientContextTest, says_whom_the_certificate_is_for) {
  EXPECT_EQ(refusal(Wish{}, "192.0.2.1"),
            "the gateway's certificate is for vpn.example.com, not for 192.0.2.1");
  EXPECT_EQ(refusal(Wish{.alternative_names = ""}),
            "the gateway's certificate is for no host, not for vpn.example.com");
  EXPECT_EQ(refusal(Wish{.alternative_names = "DNS:a.example,DNS:b.example,DNS:c.example,DNS:d.example"}),
            "the gateway's certificate is for a.example, b.example, c.example, …, not for vpn.example.com");
  EXPECT_EQ(refusal(Wish{.alternative_names = "", .raw_dns_name = "a\nb"}),
            "the gateway's certificate is for a\\x0ab, not for vpn.example.com");
}

TEST_F(ClientContextTest, says_that_the_certificate_is_for_another_purpose) {
  EXPECT_EQ(refusal(Wish{.usage = "clientAuth"}),
            "the gateway's certificate is not meant for this side of a TLS connection");
}

TEST_F(ClientContextTest, says_that_an_authority_is_none) {
  // A leaf that signs another certificate.
  const auto leaf = authority_.issue({.common_name = "someone"});
  const auto key = make_key(KeyType::ec);
  const auto below =
      Certificate::from_native(make_certificate({}, key, leaf.chain.leaf().native(), leaf.key));
  const KeyPair pair{CertificateChain(*below, {leaf.chain.leaf()}), share(key)};
  EXPECT_THAT(refusal(client_, pair), HasSubstr("is signed by a certificate that is no authority"));
}

TEST_F(ClientContextTest, names_all_faults_at_once) {
  EXPECT_EQ(
      refusal(client_, self_signed({.not_after = now - 24h}), "192.0.2.1"),
      "the gateway's certificate is self-signed, expired on 2026-05-31, is for vpn.example.com, not for "
      "192.0.2.1");
}

TEST_F(ClientContextTest, refuses_a_nul_byte_in_a_name) {
  using namespace std::string_literals;
  const auto key = make_key(KeyType::ec);
  const auto crooked = make_certificate(
      {.alternative_names = "", .raw_dns_name = "vpn.example.com\0.evil.example"s}, key, nullptr, key);
  Ends both(open_server({.pairs = list_of(authority_.issue({}))}), client_, "vpn.example.com",
            [](const auto&, const auto&) { return true; });
  SSL_use_cert_and_key(both.server.native(), crooked.get(), key.get(), nullptr, 1);
  EXPECT_FALSE(both.shake());
  EXPECT_EQ(both.client.error().text,
            "the gateway's certificate cannot be used: a name in the certificate has a NUL byte inside");
}

TEST_F(ClientContextTest, asks_the_caller_to_decide) {
  const auto server = open_server({.pairs = list_of(self_signed({}))});
  int calls = 0;
  const auto decide = [&](bool answer) {
    return [&calls, answer](const Certificate& certificate, const CertificateFaults& faults) {
      ++calls;
      EXPECT_EQ(certificate.common_name(), "vpn.example.com");
      EXPECT_TRUE(has_fault(faults, Fault::self_signed));
      return answer;
    };
  };
  Ends accepted(server, client_, "vpn.example.com", decide(true));
  EXPECT_TRUE(accepted.shake());
  EXPECT_TRUE(has_fault(accepted.client.faults(), Fault::self_signed));
  Ends refused(server, client_, "vpn.example.com", decide(false));
  EXPECT_FALSE(refused.shake());
  EXPECT_EQ(calls, 2);
}

TEST_F(ClientContextTest, lets_the_caller_refuse_a_good_certificate) {
  const auto server = open_server({.pairs = list_of(authority_.issue({}))});
  Ends both(server, client_, "vpn.example.com", [](const auto&, const auto&) { return false; });
  EXPECT_FALSE(both.shake());
  EXPECT_EQ(both.client.error().text, "the gateway's certificate was not accepted");
}

TEST_F(ClientContextTest, takes_a_matching_pin_instead_of_an_authority) {
  const auto pair = self_signed({.not_after = now - 24h});
  EXPECT_EQ(refusal(pinned(pin_sha256(pair.chain.leaf())), pair, "other.example.com"), "");
  EXPECT_EQ(refusal(pinned(pair.chain.leaf().fingerprint()), pair), "");
}

TEST_F(ClientContextTest, refuses_a_good_certificate_with_another_pin) {
  const auto pair = authority_.issue({});
  const auto client =
      open_client({.authorities = authority_.pem(), .pins = {*Pin::parse("sha256:00000000")}});
  EXPECT_EQ(refusal(client, pair),
            "the gateway's certificate is not the pinned one: its pin is " + pin_sha256(pair.chain.leaf()));
}

TEST_F(ClientContextTest, says_what_is_wrong_with_the_ca_file) {
  EXPECT_EQ(ClientContext::open({.authorities = "nothing"}).error().text,
            "CA file: no certificate in PEM form inside");
}

TEST_F(ClientContextTest, opens_with_the_systems_authorities) {
  EXPECT_TRUE(ClientContext::open({}));
}

TEST_F(ClientContextTest, ends_a_renegotiation_that_changes_the_certificate) {
  const auto first = authority_.issue({});
  const auto second = authority_.issue({});
  Ends both(open_server({.pairs = list_of(first)}), client_);
  ASSERT_TRUE(both.at_most_tls12().shake());
  both.server.allow_renegotiation(true);
  SSL_use_cert_and_key(both.server.native(), second.chain.leaf().native(), second.key.get(), nullptr, 1);
  ASSERT_TRUE(both.client.renegotiate());
  Bytes buffer(16);
  std::size_t size = 0;
  Step step = Step::want_read;
  for (int round = 0; round < 4 && step == Step::want_read; ++round) {
    step = both.client.read(buffer, size);
    both.server.feed(both.client.take_output());
    both.server.read(buffer, size);
    both.client.feed(both.server.take_output());
  }
  EXPECT_EQ(step, Step::failed);
  EXPECT_EQ(both.client.error().text, "the gateway's certificate changed in a renegotiation");
}

}  // namespace
}  // namespace sallyport::tls
