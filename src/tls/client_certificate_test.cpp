// Client certificates, seen from both ends.
#include <gmock/gmock.h>

#include "tls/test_support.hpp"

namespace sallyport::tls {
namespace {

using namespace test;

const Wish user{.common_name = "jdoe", .alternative_names = "", .usage = "clientAuth"};

class ClientCertificatesBase : public testing::Test {
 protected:
  ServerContext gateway(std::string lists = "") const {
    return open_server({.pairs = list_of(vpn_.issue({})),
                        .client_ca = users_.pem() + other_users_.pem(),
                        .client_crl = std::move(lists)});
  }
  template <class... Pairs>
  ClientContext client(Pairs&&... identities) const {
    return open_client({.authorities = vpn_.pem(), .identities = list_of(identities...)});
  }

  Authority vpn_{"Gateway CA"};
  Authority users_{"User CA"};
  Authority other_users_{"Other user CA"};
};

class ClientCertificates : public ClientCertificatesBase, public testing::WithParamInterface<int> {
 protected:
  Ends shaken(const ServerContext& server, const ClientContext& from) const {
    Ends both(server, from);
    SSL_set_max_proto_version(both.client.native(), GetParam());
    EXPECT_TRUE(both.shake()) << both.client.error().text << both.server.error().text;
    return both;
  }
  // The server's faults for a client with this certificate: they never end the handshake.
  CertificateFaults faults_of(const KeyPair& identity, std::string lists = "") const {
    auto both = shaken(gateway(std::move(lists)), client(identity));
    EXPECT_EQ(both.server.peer_certificate(), identity.chain.leaf());
    EXPECT_EQ(send(both.client, both.server, "POST /"), "POST /");
    return both.server.faults();
  }
};

class RenegotiatedClient : public ClientCertificatesBase {};

INSTANTIATE_TEST_SUITE_P(Versions, ClientCertificates, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "tls12" : "tls13";
                         });

TEST_P(ClientCertificates, are_requested_with_the_names_of_the_authorities) {
  auto both = shaken(gateway(), client());
  EXPECT_TRUE(both.client.certificate_requested());
  const auto* names = SSL_get0_peer_CA_list(both.client.native());
  ASSERT_EQ(sk_X509_NAME_num(names), 2);
  EXPECT_EQ(X509_NAME_cmp(sk_X509_NAME_value(names, 0), X509_get_subject_name(users_.certificate().native())),
            0);
}

TEST_P(ClientCertificates, are_not_requested_without_an_authority) {
  const auto server = open_server({.pairs = list_of(vpn_.issue({}))});
  EXPECT_FALSE(shaken(server, client(users_.issue(user))).client.certificate_requested());
}

TEST_P(ClientCertificates, may_be_absent) {
  auto both = shaken(gateway(), client());
  EXPECT_EQ(both.server.peer_certificate(), std::nullopt);
  EXPECT_TRUE(both.server.faults().empty());
}

TEST_P(ClientCertificates, that_are_good_have_no_fault) {
  EXPECT_EQ(faults_of(users_.issue(user)), CertificateFaults{});
  EXPECT_EQ(faults_of(other_users_.issue(user)), CertificateFaults{});
}

TEST_P(ClientCertificates, may_come_through_an_intermediate_authority) {
  const Authority below("Branch CA", users_);
  EXPECT_EQ(faults_of(below.issue(user)), CertificateFaults{});
}

TEST_P(ClientCertificates, that_are_expired_say_when) {
  Wish wish = user;
  wish.not_after = now - 24h;
  EXPECT_EQ(faults_of(users_.issue(wish)), (CertificateFaults{{Fault::expired, "expired on 2026-05-31"}}));
  wish.not_after = now + 48h;
  wish.not_before = now + 24h;
  EXPECT_EQ(faults_of(users_.issue(wish)),
            (CertificateFaults{{Fault::not_yet_valid, "is not valid before 2026-06-02"}}));
}

TEST_P(ClientCertificates, of_strangers_are_untrusted) {
  const CertificateFault untrusted{Fault::untrusted, "is signed by an authority that is not trusted"};
  EXPECT_EQ(faults_of(Authority("Stranger").issue(user)), CertificateFaults{untrusted});
  EXPECT_EQ(faults_of(vpn_.issue(user)), CertificateFaults{untrusted});
  // The same name with another key: the name alone proves nothing.
  EXPECT_TRUE(has_fault(faults_of(Authority("User CA").issue(user)), Fault::invalid));
  EXPECT_EQ(faults_of(self_signed(user)), (CertificateFaults{{Fault::self_signed, "is self-signed"}}));
}

TEST_P(ClientCertificates, for_another_purpose_are_faulty) {
  Wish wish = user;
  wish.usage = "serverAuth";
  EXPECT_TRUE(has_fault(faults_of(users_.issue(wish)), Fault::wrong_purpose));
}

TEST_P(ClientCertificates, that_are_revoked_are_faulty) {
  const auto good = users_.issue(user);
  const auto bad = users_.issue(user);
  const auto list = users_.revocation_list({bad.chain.leaf()});
  EXPECT_EQ(faults_of(good, list), CertificateFaults{});
  EXPECT_EQ(faults_of(bad, list), (CertificateFaults{{Fault::revoked, "has been revoked"}}));
}

TEST_P(ClientCertificates, are_faulty_if_the_revocation_list_is_missing_or_old) {
  EXPECT_TRUE(
      has_fault(faults_of(users_.issue(user), other_users_.revocation_list({})), Fault::revocation_unknown));
  EXPECT_TRUE(has_fault(faults_of(users_.issue(user), users_.revocation_list({}, now - 24h)),
                        Fault::revocation_unknown));
}

TEST_P(ClientCertificates, with_several_faults_show_them_all) {
  Wish wish = user;
  wish.not_after = now - 24h;
  const auto faults = faults_of(Authority("Stranger").issue(wish));
  EXPECT_TRUE(has_fault(faults, Fault::untrusted));
  EXPECT_TRUE(has_fault(faults, Fault::expired));
  EXPECT_EQ(faults.size(), 2U);
}

TEST_P(ClientCertificates, with_a_nul_byte_in_a_name_count_as_none) {
  using namespace std::string_literals;
  const auto key = make_key(KeyType::ec);
  Wish wish = user;
  wish.common_name = "admin\0.evil"s;
  // Such a certificate is no Certificate, so it takes OpenSSL's own way out.
  const auto crooked = make_certificate(wish, key, nullptr, key);
  Ends both(gateway(), client());
  SSL_set_cert_cb(both.client.native(), nullptr, nullptr);
  SSL_use_cert_and_key(both.client.native(), crooked.get(), key.get(), nullptr, 1);
  SSL_set_max_proto_version(both.client.native(), GetParam());
  ASSERT_TRUE(both.shake()) << both.server.error().text;
  EXPECT_EQ(both.server.peer_certificate(), std::nullopt);
  EXPECT_TRUE(has_fault(both.server.faults(), Fault::unreadable));
}

TEST_P(ClientCertificates, are_chosen_by_the_authorities_the_gateway_names) {
  const Authority below("Branch CA", users_);
  const auto stranger = Authority("Stranger").issue(user);
  const auto fitting = below.issue(user);  // its issuer's issuer is on the list
  auto both = shaken(gateway(), client(stranger, fitting));
  EXPECT_EQ(both.server.peer_certificate(), fitting.chain.leaf());
}

TEST_P(ClientCertificates, are_offered_even_if_no_authority_fits) {
  const auto first = Authority("Stranger").issue(user);
  auto both = shaken(gateway(), client(first, Authority("Another").issue(user)));
  EXPECT_EQ(both.server.peer_certificate(), first.chain.leaf());
}

TEST_P(ClientCertificates, stay_at_home_if_the_gateway_is_refused) {
  Ends both(gateway(), open_client({.identities = list_of(users_.issue(user))}));
  SSL_set_max_proto_version(both.client.native(), GetParam());
  EXPECT_FALSE(both.shake());
  EXPECT_EQ(both.client_step, Step::failed);
  EXPECT_EQ(both.server.peer_certificate(), std::nullopt);
}

TEST_F(RenegotiatedClient, is_not_asked_for_a_certificate_again) {
  const auto first = users_.issue(user);
  Ends both(gateway(), client(first));
  ASSERT_TRUE(both.at_most_tls12().shake());
  both.server.allow_renegotiation(true);
  const auto other = users_.issue({.common_name = "mallory", .alternative_names = "", .usage = "clientAuth"});
  SSL_set_cert_cb(both.client.native(), nullptr, nullptr);
  SSL_use_cert_and_key(both.client.native(), other.chain.leaf().native(), other.key.get(), nullptr, 1);
  ASSERT_TRUE(both.client.renegotiate());
  both.read_in_turn();
  EXPECT_EQ(both.server.renegotiations(), 1U);
  EXPECT_EQ(both.server.peer_certificate(), first.chain.leaf());
  EXPECT_TRUE(both.server.faults().empty());
}

}  // namespace
}  // namespace sallyport::tls
