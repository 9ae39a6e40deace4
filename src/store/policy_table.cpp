#include "store/policy_table.hpp"

namespace sallyport::store {

PolicyPointer PolicyTable::intern(PolicyPointer policy) {
  if (!policy) return policy;
  if (key_of(policy) != PolicyKey{}) return policy;
  auto& entry = entries_[sha256_of(encode_policy(*policy))];
  if (auto known = entry.policy.lock()) return known;
  entry.policy = policy;
  return policy;
}

PolicyKey PolicyTable::key_of(const PolicyPointer& policy) const {
  if (!policy) return {};
  for (const auto& [key, entry] : entries_) {
    if (entry.policy.lock() == policy) return key;
  }
  return {};
}

Result<PolicyPointer> PolicyTable::restore(const PolicyKey& key, ByteView record) {
  if (sha256_of(record) != key) return fail(ErrorKind::malformed, "a policy record does not match its key");
  auto policy = std::make_shared<const proto::GroupPolicy>(TRY(decode_policy(record)));
  entries_[key] = {policy, true};
  return policy;
}

PolicyTable::Difference PolicyTable::difference() const {
  Difference difference;
  for (const auto& [key, entry] : entries_) {
    const auto policy = entry.policy.lock();
    if (!policy) difference.unused.push_back(key);
    if (policy && !entry.is_saved) difference.missing.emplace_back(key, encode_policy(*policy));
  }
  return difference;
}

void PolicyTable::saved(const Difference& difference) {
  for (const auto& [key, record] : difference.missing) entries_.at(key).is_saved = true;
  for (const auto& key : difference.unused) entries_.erase(key);
}

}  // namespace sallyport::store
