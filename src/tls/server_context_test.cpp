#include "tls/server_context.hpp"

#include <gmock/gmock.h>

#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;
using testing::HasSubstr;

std::string protocol_chosen(Ends& both, std::string_view offered) {
  const auto bytes = as_bytes(offered);
  SSL_set_alpn_protos(both.client.native(), bytes.data(), static_cast<unsigned>(bytes.size()));
  EXPECT_TRUE(both.shake());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.client.native(), &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

class ServerContextTest : public testing::Test {
 protected:
  Authority authority_;
  ClientContext client_ = open_client({.authorities = authority_.pem()});
  ClientContext lenient_ = open_client({.authorities = authority_.pem(), .allow_insecure = true});
  ServerContext plain_ = open_server({.pairs = list_of(authority_.issue({}))});
};

TEST_F(ServerContextTest, sends_a_fresh_session_id_in_tls12_and_never_resumes) {
  Ends first(plain_, client_);
  ASSERT_TRUE(first.at_most_tls12().shake());
  const Bytes id = first.server.server_session_id();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(first.client.server_session_id(), id);
  EXPECT_TRUE(first.server.client_session_id().empty());

  Ends second(plain_, client_);
  SSL_SESSION* session = SSL_get1_session(first.client.native());
  ASSERT_EQ(SSL_SESSION_is_resumable(session), 1);
  SSL_set_session(second.client.native(), session);
  SSL_SESSION_free(session);
  ASSERT_TRUE(second.at_most_tls12().shake());
  EXPECT_EQ(second.server.client_session_id(), id);
  EXPECT_EQ(SSL_session_reused(second.server.native()), 0);
  EXPECT_EQ(second.server.server_session_id().size(), 32U);
  EXPECT_NE(second.server.server_session_id(), id);
}

TEST_F(ServerContextTest, sends_no_tickets_in_tls13) {
  Ends both(plain_, client_);
  ASSERT_TRUE(both.shake());
  EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get0_session(both.client.native())), 0);
}

TEST_F(ServerContextTest, accepts_a_session_id_of_middlebox_compatibility) {
  Ends both(plain_, client_);
  SSL_set_options(both.client.native(), SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  ASSERT_TRUE(both.shake());
  EXPECT_EQ(both.server.client_session_id().size(), 32U);
  EXPECT_EQ(both.client.server_session_id(), both.server.client_session_id());
}

TEST_F(ServerContextTest, answers_http_to_a_protocol_offer_and_never_h2) {
  Ends both(plain_, client_);
  EXPECT_EQ(protocol_chosen(both, "\x02h2\x08http/1.1"), "http/1.1");
  Ends only_h2(plain_, client_);
  EXPECT_EQ(protocol_chosen(only_h2, "\x02h2"), "");
}

TEST_F(ServerContextTest, chooses_the_key_type_by_what_the_client_supports) {
  const auto server = open_server({.pairs = list_of(authority_.issue({.key_type = KeyType::rsa}),
                                                    authority_.issue({.key_type = KeyType::ec}),
                                                    authority_.issue({.key_type = KeyType::dsa})),
                                   .legacy = true});
  const std::pair<const char*, KeyType> expected[] = {{"ECDHE-ECDSA-AES256-GCM-SHA384", KeyType::ec},
                                                      {"ECDHE-RSA-AES256-GCM-SHA384", KeyType::rsa},
                                                      {"DHE-DSS-AES256-GCM-SHA384", KeyType::dsa}};
  for (const auto& [suite, type] : expected) {
    Ends both(server, lenient_);
    ASSERT_TRUE(both.with_suite(suite).shake()) << both.server.error().text << both.client.error().text;
    EXPECT_EQ(both.client.cipher(), suite);
    EXPECT_EQ(both.client.peer_certificate()->key_type(), type);
    EXPECT_EQ(both.server.own_certificate(), both.client.peer_certificate());
  }
}

TEST_F(ServerContextTest, serves_ed25519) {
  const auto server = open_server({.pairs = list_of(authority_.issue({.key_type = KeyType::ed25519}))});
  Ends both(server, client_);
  EXPECT_TRUE(both.shake()) << both.server.error().text;
}

TEST_F(ServerContextTest, chooses_among_pairs_of_one_type_by_host_name) {
  const auto first = authority_.issue({.alternative_names = "DNS:one.example.com"});
  const auto second = authority_.issue({.alternative_names = "DNS:two.example.com"});
  const auto server = open_server({.pairs = list_of(first, second)});
  const auto served = [&](std::string_view host) {
    Ends both(server, client_, host, [](const auto&, const auto&) { return true; });
    EXPECT_TRUE(both.shake());
    return *both.client.peer_certificate();
  };
  EXPECT_EQ(served("one.example.com"), first.chain.leaf());
  EXPECT_EQ(served("two.example.com"), second.chain.leaf());
  EXPECT_EQ(served("three.example.com"), first.chain.leaf());
  EXPECT_EQ(served("192.0.2.1"), first.chain.leaf());  // no SNI
}

TEST_F(ServerContextTest, prefers_the_right_name_to_the_better_key) {
  const auto ec = authority_.issue({.alternative_names = "DNS:one.example.com"});
  const auto rsa = authority_.issue({.alternative_names = "DNS:two.example.com", .key_type = KeyType::rsa});
  const auto server = open_server({.pairs = list_of(ec, rsa)});
  Ends both(server, client_, "two.example.com");
  ASSERT_TRUE(both.shake()) << both.client.error().text;
  EXPECT_EQ(both.client.peer_certificate(), rsa.chain.leaf());
  // A client that cannot use the right one gets the other rather than none.
  Ends limited(server, client_, "two.example.com", [](const auto&, const auto&) { return true; });
  ASSERT_TRUE(limited.with_suite("ECDHE-ECDSA-AES256-GCM-SHA384").shake());
  EXPECT_EQ(limited.client.peer_certificate(), ec.chain.leaf());
}

TEST_F(ServerContextTest, keeps_its_certificate_in_a_renegotiation) {
  const auto server =
      open_server({.pairs = list_of(authority_.issue({.alternative_names = "DNS:one.example.com"}),
                                    authority_.issue({}))});
  Ends both(server, client_);
  ASSERT_TRUE(both.at_most_tls12().shake());
  both.server.allow_renegotiation(true);
  SSL_set_tlsext_host_name(both.client.native(), "one.example.com");
  ASSERT_TRUE(both.client.renegotiate());
  both.read_in_turn();
  EXPECT_FALSE(both.client.renegotiating());
  EXPECT_EQ(SSL_num_renegotiations(both.client.native()), 1);
}

struct LegacySuite {
  const char* suite;
  KeyType key;
  const char* exchange;
};

class LegacySuites : public testing::TestWithParam<LegacySuite> {};

TEST_P(LegacySuites, work_with_legacy_at_both_ends_only) {
  const auto& [suite, key, exchange] = GetParam();
  const Authority authority;
  const auto pair = authority.issue({.key_type = key});
  const auto modern = open_server({.pairs = list_of(pair)});
  const auto legacy = open_server({.pairs = list_of(pair), .legacy = true});
  const auto strict = open_client({.authorities = authority.pem()});
  const auto lenient = open_client({.authorities = authority.pem(), .allow_insecure = true});

  Ends both(legacy, lenient);
  ASSERT_TRUE(both.with_suite(suite).shake()) << both.server.error().text << both.client.error().text;
  EXPECT_EQ(both.server.cipher(), suite);
  EXPECT_EQ(both.server.key_exchange(), exchange);
  EXPECT_EQ(send(both.client, both.server, "POST /"), "POST /");

  Ends to_modern(modern, lenient);
  EXPECT_FALSE(to_modern.with_suite(suite).shake());
  EXPECT_EQ(to_modern.server.error().text, "the client has no cipher suite in common with us");

  Ends from_strict(legacy, strict);
  SSL_set_cipher_list(from_strict.server.native(), suite);
  EXPECT_FALSE(from_strict.at_most_tls12().shake());
  EXPECT_EQ(from_strict.server.error().text, "the client has no cipher suite in common with us");
}

INSTANTIATE_TEST_SUITE_P(
    Suites, LegacySuites,
    testing::Values(LegacySuite{"AES128-SHA", KeyType::rsa, "RSA"},          // TLS_RSA_WITH_AES_128_CBC_SHA
                    LegacySuite{"DHE-DSS-AES256-SHA", KeyType::dsa, "DHE"},  // TLS_DHE_DSS_…_256_CBC_SHA
                    LegacySuite{"AES256-GCM-SHA384", KeyType::rsa, "RSA"},
                    LegacySuite{"ECDHE-RSA-AES128-SHA", KeyType::rsa, "X25519"}));

TEST_F(ServerContextTest, speaks_tls12_with_new_clients_when_it_has_dsa_keys_only) {
  const auto first = authority_.issue({.key_type = KeyType::dsa});
  const auto second = authority_.issue({.key_type = KeyType::dsa});
  const auto one = open_server({.pairs = list_of(first), .legacy = true});
  const auto two = open_server({.pairs = list_of(first, second), .legacy = true});
  for (const auto* server : {&one, &two}) {
    Ends both(*server, lenient_);
    ASSERT_TRUE(both.shake()) << both.server.error().text << both.client.error().text;
    EXPECT_EQ(both.server.cipher(), "DHE-DSS-AES256-GCM-SHA384");
    Ends refused(*server, client_);
    EXPECT_FALSE(refused.shake());
    EXPECT_EQ(refused.server.error().text, "the client has no cipher suite in common with us");
    EXPECT_EQ(refused.client.error().kind, ErrorKind::unsupported);
  }
}

TEST_F(ServerContextTest, speaks_tls10_and_tls11_only_with_legacy) {
  const auto pair = authority_.issue({.key_type = KeyType::rsa});
  const auto modern = open_server({.pairs = list_of(pair)});
  const auto legacy = open_server({.pairs = list_of(pair), .legacy = true});
  for (const auto& [version, name] :
       {std::pair(TLS1_VERSION, "TLSv1"), std::pair(TLS1_1_VERSION, "TLSv1.1")}) {
    Ends both(legacy, lenient_);
    SSL_set_max_proto_version(both.client.native(), version);
    ASSERT_TRUE(both.shake()) << both.server.error().text << both.client.error().text;
    EXPECT_EQ(both.server.version(), name);
    Ends refused(modern, lenient_);
    SSL_set_max_proto_version(refused.client.native(), version);
    EXPECT_FALSE(refused.shake());
    EXPECT_EQ(refused.server.error().text, "the client offers no TLS version that we accept");
  }
}

TEST_F(ServerContextTest, works_in_a_library_context_of_its_own) {
  OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
  {
    const auto server = open_server({.library = library, .pairs = list_of(authority_.issue({}))});
    const auto client = open_client({.library = library, .authorities = authority_.pem()});
    Ends both(server, client);
    EXPECT_TRUE(both.shake()) << both.server.error().text;
  }
  OSSL_LIB_CTX_free(library);
}

TEST_F(ServerContextTest, says_what_is_wrong_with_its_settings) {
  EXPECT_FALSE(ServerContext::open({}));
  const auto error_of = [this](std::string authorities, std::string lists) {
    auto context = ServerContext::open({.pairs = list_of(authority_.issue({})),
                                        .client_ca = std::move(authorities),
                                        .client_crl = std::move(lists)});
    return context ? std::string("none") : context.error().text;
  };
  EXPECT_EQ(error_of(authority_.pem(), authority_.revocation_list({})), "none");
  EXPECT_EQ(error_of("nothing", ""), "client_ca: no certificate in PEM form inside");
  EXPECT_EQ(error_of(authority_.pem(), "nothing"), "client_crl: no revocation list in PEM form inside");
  auto broken = authority_.revocation_list({});
  broken.replace(60, 4, "AAAA");
  EXPECT_THAT(error_of(authority_.pem(), broken), HasSubstr("client_crl: a revocation list cannot be read"));

  std::vector<KeyPair> mixed;
  mixed.push_back({authority_.issue({}).chain, make_key(KeyType::ec)});
  EXPECT_THAT(ServerContext::open({.pairs = std::move(mixed)}).error().text,
              HasSubstr("the certificate of CN=vpn.example.com cannot be used"));
}

}  // namespace
}  // namespace sallyport::tls
