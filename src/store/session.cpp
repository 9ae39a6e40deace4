#include "store/session.hpp"

#include "store/sha256.hpp"

namespace sallyport::store {

TokenHash hash_of(const Secret& token) {
  return sha256_of(token.reveal());
}

const proto::GroupPolicy& policy_of(const Session& session) {
  static const proto::GroupPolicy none;
  return session.policy ? *session.policy : none;
}

}  // namespace sallyport::store
