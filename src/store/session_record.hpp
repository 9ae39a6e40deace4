// The binary form of a session and of a policy in the store's database. A session's record names its policy
// by the SHA-256 of the policy's record, so that sessions of a configuration generation share one. Whoever
// changes a field here or in GroupPolicy changes the format: SessionDatabase's schema version grows with it.
#pragma once

#include "store/session.hpp"
#include "store/sha256.hpp"

namespace sallyport::store {

inline constexpr std::size_t max_session_record = 64U << 10;
inline constexpr std::size_t max_policy_record = proto::max_gateway_settings;  // it came in such a message

using PolicyKey = Sha256;  // all zero: no policy

struct SessionRecord {
  Session session;  // its policy is left out
  PolicyKey policy{};

  static void each_field(auto&& field) {
    field("session", &SessionRecord::session);
    field("policy", &SessionRecord::policy);
  }
};

// Whether the session's texts leave it within max_session_record.
bool fits_record(const Session& session);

Bytes encode_session(const Session& session, const PolicyKey& policy);  // one that fits
// malformed: cut short, left-over bytes, too large, an address of the wrong family.
Result<SessionRecord> decode_session(ByteView record);

Bytes encode_policy(const proto::GroupPolicy& policy);
Result<proto::GroupPolicy> decode_policy(ByteView record);  // malformed, as above

}  // namespace sallyport::store
