// For tests: key isolation from end to end. OpenSSL clients and servers over memory, the server's key behind
// RemoteKeys, a socketpair, and serve() in a thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <ostream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/descriptor.hpp"
#include "keeper/serve.hpp"
#include "keeper/service.hpp"
#include "tls/library.hpp"
#include "tls/private_key_samples.hpp"
#include "tls/remote_key.hpp"

namespace sallyport::keeper::harness {

using tls::CertificateHandle;
using tls::ContextHandle;
using tls::KeyHandle;
using tls::Library;
using tls::SslHandle;

struct SocketPair {
  Descriptor gateway;
  Descriptor keeper;
};

inline SocketPair socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Failure(fail_errno("cannot make a socket pair").value());
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// As the gateway has it: the conversion of both messages and a socket.
class SocketTransport : public tls::KeyTransport {
 public:
  bool send(const tls::KeyRequest& request) override {
    const proto::KeeperRequest message{.id = request.id,
                                       .operation = static_cast<proto::KeeperOperation>(request.operation),
                                       .key = request.key,
                                       .padding = static_cast<proto::KeeperPadding>(request.padding),
                                       .salt_length = request.salt_length,
                                       .digest = static_cast<proto::KeeperDigest>(request.digest),
                                       .client_version = request.client_version,
                                       .negotiated_version = request.negotiated_version,
                                       .input = request.input};
    const auto bytes = message.serialize();
    return ::send(socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  }

  Result<tls::KeyAnswer> receive() override {
    pollfd ready{.fd = socket.number(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1)
      return fail(ErrorKind::timeout, "no answer in time");
    std::array<std::uint8_t, proto::max_keeper_message> buffer{};
    const auto size = ::recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return fail(ErrorKind::closed, "the keeper is gone");
    auto answer = TRY(proto::KeeperAnswer::parse(ByteView(buffer).first(static_cast<std::size_t>(size))));
    return tls::KeyAnswer{.id = answer.id, .ok = answer.ok, .output = std::move(answer.output)};
  }

  Descriptor socket;
  std::chrono::milliseconds patience{10'000};  // a busy machine must not fail the good cases
};

enum Number : std::uint16_t { rsa, ec, ed25519, dsa, other_rsa, missing };

inline bool is_above(const EVP_PKEY& one, const EVP_PKEY& other) {
  BIGNUM* modulus = nullptr;
  BIGNUM* other_modulus = nullptr;
  EVP_PKEY_get_bn_param(&one, "n", &modulus);
  EVP_PKEY_get_bn_param(&other, "n", &other_modulus);
  const bool above = BN_cmp(modulus, other_modulus) > 0;
  BN_free(modulus);
  BN_free(other_modulus);
  return above;
}

// With a larger modulus it takes whatever was encrypted to the other key; a smaller one could refuse a number
// as out of range, which everybody may see and is no padding oracle.
inline KeyHandle make_rsa_key_above(const EVP_PKEY& other) {
  for (;;) {
    KeyHandle key(EVP_RSA_gen(2048));
    if (is_above(*key, other)) return key;
  }
}

inline EVP_PKEY& sample(Number number) {
  switch (number) {
    case rsa:
      return tls::samples::rsa_key();
    case ec:
      return tls::samples::ec_key();
    case ed25519:
      return tls::samples::ed25519_key();
    case dsa:
      return tls::samples::dsa_key();
    default:
      break;
  }
  static const auto& other = *new KeyHandle(make_rsa_key_above(tls::samples::rsa_key()));
  return *other;
}

inline Service open_service() {
  auto made = or_throw(Service::open());
  for (const auto number : {rsa, ec, ed25519, dsa, other_rsa})
    or_throw(made.add(tls::samples::pem_of(sample(number))));
  return made;
}

inline const Service& service() {
  static const auto& all = *new Service(open_service());
  return all;
}

// A self-signed certificate in DER.
inline Bytes make_certificate(Number number) {
  const CertificateHandle made(X509_new());
  auto& key = sample(number);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  auto* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, as_bytes("gateway").data(), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_set_pubkey(made.get(), &key);
  X509_sign(made.get(), &key, number == ed25519 ? nullptr : EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

// Always the same one, read into a library as a gateway does.
inline CertificateHandle certificate_for(const Library& library, Number number) {
  static const std::array made{make_certificate(rsa), make_certificate(ec), make_certificate(ed25519),
                               make_certificate(dsa)};
  const auto& der = made.at(number);
  const auto* position = der.data();
  auto* certificate = X509_new_ex(library.context(), nullptr);
  d2i_X509(&certificate, &position, static_cast<long>(der.size()));
  return CertificateHandle(certificate);
}

struct Suite {
  const char* name;
  Number key;
  int version;
  const char* ciphers;     // TLS 1.2 and before; "" leaves OpenSSL's
  const char* signatures;  // what the client offers
  int signature_type;      // what the client must have seen, NID_undef where nothing is signed
};

inline void PrintTo(const Suite& suite, std::ostream* out) {
  *out << suite.name;
}

inline void set_up(SSL_CTX* context, const Suite& suite) {
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, suite.version);
  SSL_CTX_set_max_proto_version(context, suite.version);
  if (*suite.ciphers != '\0') {
    ASSERT_EQ(SSL_CTX_set_cipher_list(context, suite.ciphers), 1);
  }
}

class Keeper {
 public:
  explicit Keeper(Descriptor socket)
      : thread_([](const Service* all, Descriptor own) { serve(*all, std::move(own)); }, &service(),
                std::move(socket)) {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() { thread_.join(); }  // the gateway's end must be closed before

 private:
  std::thread thread_;
};

// A client and a server joined in memory.
class Handshake {
 public:
  Handshake(SSL_CTX* client, SSL_CTX* server) : client_(SSL_new(client)), server_(SSL_new(server)) {
    BIO* left = nullptr;
    BIO* right = nullptr;
    BIO_new_bio_pair(&left, 65536, &right, 65536);
    SSL_set_bio(client_.get(), left, left);
    SSL_set_bio(server_.get(), right, right);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
  }

  enum class State { going, paused, done, failed };

  // Both ends as far as they come.
  State run() {
    for (int round = 0; round < 20; ++round) {
      ERR_clear_error();
      const int client = SSL_do_handshake(client_.get());
      if (is_over(client_.get(), client)) return State::failed;
      ERR_clear_error();
      const int server = SSL_do_handshake(server_.get());
      if (SSL_get_error(server_.get(), server) == SSL_ERROR_WANT_ASYNC) return State::paused;
      if (is_over(server_.get(), server)) return State::failed;
      if (client == 1 && server == 1) return State::done;
    }
    return State::going;
  }

  bool echoes() {
    std::array<char, 5> text{};
    return SSL_write(server_.get(), "hello", 5) == 5 && SSL_read(client_.get(), text.data(), 5) == 5 &&
           std::string_view(text.data(), 5) == "hello";
  }

  SSL* client() const { return client_.get(); }
  SSL* server() const { return server_.get(); }

 private:
  static bool is_over(const SSL* ssl, int result) {
    const int error = SSL_get_error(ssl, result);
    return result != 1 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
  }

  SslHandle client_;
  SslHandle server_;
};

using State = Handshake::State;

// One control thread of a gateway, and its clients.
class Gateway {
 public:
  void use(Descriptor socket) { transport_.socket = std::move(socket); }
  void hang_up() { transport_.socket.close(); }
  void be_impatient() { transport_.patience = std::chrono::milliseconds(100); }
  tls::RemoteKeys& keys() { return keys_; }

  ContextHandle server_context(const Suite& suite) { return server_context(suite, suite.key); }
  // `number` may be that of another key than the certificate's.
  ContextHandle server_context(const Suite& suite, std::uint16_t number) {
    ContextHandle context(SSL_CTX_new_ex(library_->context(), nullptr, TLS_server_method()));
    set_up(context.get(), suite);
    const auto certificate = certificate_for(*library_, suite.key);
    const auto key = or_throw(remote_key(*library_, *X509_get0_pubkey(certificate.get()), number));
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
    EXPECT_EQ(SSL_CTX_check_private_key(context.get()), 1);
    SSL_CTX_set_dh_auto(context.get(), 1);
    return context;
  }

  // In the gateway's own library, so that its verification must not be confused by our provider.
  ContextHandle client_context(const Suite& suite) {
    ContextHandle context(SSL_CTX_new_ex(library_->context(), nullptr, TLS_client_method()));
    set_up(context.get(), suite);
    if (*suite.signatures != '\0') {
      EXPECT_EQ(SSL_CTX_set1_sigalgs_list(context.get(), suite.signatures), 1);
    }
    const auto certificate = certificate_for(*library_, suite.key);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), certificate.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
  }

  // All at once: the way a stream uses RemoteKeys. Returns how many were paused at the same time.
  std::size_t run_all(std::deque<Handshake>& handshakes) {
    std::vector<State> states(handshakes.size(), State::going);
    std::size_t most = 0;
    for (;;) {
      std::size_t paused = 0;
      for (std::size_t i = 0; i < handshakes.size(); ++i) {
        if (states[i] == State::going) {
          states[i] = handshakes[i].run();
          if (states[i] == State::paused)
            keys_.on_answer(keys_.last_paused(), [&states, i] { states[i] = State::going; });
        }
        if (states[i] == State::paused) ++paused;
      }
      most = std::max(most, paused);
      if (paused == 0) return most;
      auto answer = transport_.receive();
      if (answer)
        keys_.complete(std::move(*answer));
      else
        keys_.fail_all();
    }
  }

 private:
  SocketTransport transport_;
  tls::RemoteKeys keys_{transport_};
  std::unique_ptr<Library> library_ = or_throw(Library::open(keys_));
};

}  // namespace sallyport::keeper::harness
