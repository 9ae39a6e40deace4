#include "store/session_record.hpp"

#include "proto/codec.hpp"

namespace sallyport::store {

bool fits_record(const Session& session) {
  constexpr std::size_t all_but_texts = 512;
  return session.user.size() + session.connection_profile.size() + session.user_agent.size() +
             session.hostname.size() <=
         max_session_record - all_but_texts;
}

Bytes encode_session(const Session& session, const PolicyKey& policy) {
  return proto::encode(SessionRecord{session, policy});
}

Result<SessionRecord> decode_session(ByteView bytes) {
  if (bytes.size() > max_session_record) return fail(ErrorKind::malformed, "a session record is too large");
  auto record = TRY(proto::decode<SessionRecord>(bytes));
  const auto& session = record.session;
  if ((session.ipv4 && !session.ipv4->is_v4()) || (session.ipv6 && !session.ipv6->is_v6()))
    return fail(ErrorKind::malformed, "a session record has an address of the wrong family");
  return record;
}

Bytes encode_policy(const proto::GroupPolicy& policy) {
  return proto::encode(policy);
}

Result<proto::GroupPolicy> decode_policy(ByteView record) {
  if (record.size() > max_policy_record) return fail(ErrorKind::malformed, "a policy record is too large");
  return proto::decode<proto::GroupPolicy>(record);
}

}  // namespace sallyport::store
