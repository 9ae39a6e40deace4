// Service: the private keys, and the answer to each request of a gateway's control thread. TLS handshake
// phase; one object in the keeper, used by all its threads at once.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "proto/keeper_messages.hpp"
#include "tls/library.hpp"
#include "tls/private_key.hpp"

namespace sallyport::keeper {

class Service {
 public:
  static Result<Service> open();

  // The keys get the numbers 0, 1, 2 … in the order they come. All are added before the first answer.
  Result<void> add(const Secret& pem);

  std::vector<Bytes> public_keys() const;  // SubjectPublicKeyInfo, DER, by number

  // Never says why it refuses: the gateway has no use for it, an attacker in it may.
  proto::KeeperAnswer answer(const proto::KeeperRequest& request) const;

 private:
  explicit Service(std::unique_ptr<tls::Library> library) : library_(std::move(library)) {}

  std::unique_ptr<tls::Library> library_;  // before the keys: it must outlive them
  std::vector<tls::PrivateKey> keys_;
};

}  // namespace sallyport::keeper
