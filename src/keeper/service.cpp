#include "keeper/service.hpp"

#include <cstddef>
#include <utility>

namespace sallyport::keeper {

namespace {

using proto::KeeperDigest;
using proto::KeeperOperation;
using proto::KeeperPadding;
using tls::KeyDigest;
using tls::KeyOperation;
using tls::KeyPadding;

// The wire's enumerations and those of tls are the same list twice, since neither may know the other.
static_assert(static_cast<int>(KeeperPadding::pss) == static_cast<int>(KeyPadding::pss));
static_assert(static_cast<int>(KeeperPadding::pkcs1) == static_cast<int>(KeyPadding::pkcs1));
static_assert(static_cast<int>(KeeperDigest::md5_sha1) == static_cast<int>(KeyDigest::md5_sha1));
static_assert(static_cast<int>(KeeperDigest::sha1) == static_cast<int>(KeyDigest::sha1));
static_assert(static_cast<int>(KeeperDigest::sha224) == static_cast<int>(KeyDigest::sha224));
static_assert(static_cast<int>(KeeperDigest::sha256) == static_cast<int>(KeyDigest::sha256));
static_assert(static_cast<int>(KeeperDigest::sha384) == static_cast<int>(KeyDigest::sha384));
static_assert(static_cast<int>(KeeperDigest::sha512) == static_cast<int>(KeyDigest::sha512));
static_assert(static_cast<int>(KeeperOperation::decrypt_premaster) ==
              static_cast<int>(KeyOperation::decrypt_premaster));

Result<Secret> perform(const tls::PrivateKey& key, const proto::KeeperRequest& request) {
  switch (request.operation) {
    case KeeperOperation::sign:
      return Secret(
          TRY(key.sign(static_cast<KeyPadding>(request.padding), static_cast<KeyDigest>(request.digest),
                       request.salt_length, request.input)));
    case KeeperOperation::decrypt_premaster:
      return key.decrypt_premaster(request.input, request.client_version, request.negotiated_version);
  }
  return fail(ErrorKind::unsupported, "unknown operation");
}

}  // namespace

Result<Service> Service::open() {
  return Service(TRY(tls::Library::open()));
}

Result<void> Service::add(const Secret& pem) {
  keys_.push_back(TRY(tls::PrivateKey::load(pem, *library_)));
  return {};
}

std::vector<Bytes> Service::public_keys() const {
  std::vector<Bytes> all;
  all.reserve(keys_.size());
  for (const auto& key : keys_) all.push_back(key.public_key());
  return all;
}

proto::KeeperAnswer Service::answer(const proto::KeeperRequest& request) const {
  if (request.key >= keys_.size()) return {.id = request.id};
  auto output = perform(keys_[request.key], request);
  if (!output) return {.id = request.id};
  return {.id = request.id, .ok = true, .output = std::move(*output)};
}

}  // namespace sallyport::keeper
