#include "store/session_record.hpp"

#include "proto/codec.hpp"

namespace sallyport::store {

namespace {

using Seconds = std::int64_t;  // since 1970

// What is written, in this order.
struct Record {
  std::uint64_t id = 0;
  TokenHash token_hash{};
  std::string user;
  std::string connection_profile;
  PolicyKey policy{};
  std::optional<Address> ipv4;
  std::optional<Address> ipv6;
  std::string user_agent;
  std::string hostname;
  Endpoint remote;
  Seconds created_at = 0;
  std::optional<Seconds> connected_at;
  std::optional<Seconds> expires_at;
  std::optional<Seconds> dies_at;
  Seconds last_active = 0;
  Totals totals;
  std::uint64_t generation = 0;
  std::uint32_t node = 0;
  std::uint64_t version = 0;

  static void each_field(auto&& field) {
    field("id", &Record::id);
    field("token_hash", &Record::token_hash);
    field("user", &Record::user);
    field("connection_profile", &Record::connection_profile);
    field("policy", &Record::policy);
    field("ipv4", &Record::ipv4);
    field("ipv6", &Record::ipv6);
    field("user_agent", &Record::user_agent);
    field("hostname", &Record::hostname);
    field("remote", &Record::remote);
    field("created_at", &Record::created_at);
    field("connected_at", &Record::connected_at);
    field("expires_at", &Record::expires_at);
    field("dies_at", &Record::dies_at);
    field("last_active", &Record::last_active);
    field("totals", &Record::totals);
    field("generation", &Record::generation);
    field("node", &Record::node);
    field("version", &Record::version);
  }
};

Seconds to_seconds(WallTime time) {
  return time.time_since_epoch().count();
}
std::optional<Seconds> to_seconds(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return to_seconds(*time);
}
WallTime from_seconds(Seconds seconds) {
  return WallTime(std::chrono::seconds(seconds));
}
std::optional<WallTime> from_seconds(std::optional<Seconds> seconds) {
  if (!seconds) return std::nullopt;
  return from_seconds(*seconds);
}

}  // namespace

bool fits_record(const Session& session) {
  constexpr std::size_t all_but_texts = 512;
  return session.user.size() + session.connection_profile.size() + session.user_agent.size() +
             session.hostname.size() <=
         max_session_record - all_but_texts;
}

Bytes encode_session(const Session& session, const PolicyKey& policy) {
  return proto::encode(Record{.id = session.id,
                              .token_hash = session.token_hash,
                              .user = session.user,
                              .connection_profile = session.connection_profile,
                              .policy = policy,
                              .ipv4 = session.ipv4,
                              .ipv6 = session.ipv6,
                              .user_agent = session.user_agent,
                              .hostname = session.hostname,
                              .remote = session.remote,
                              .created_at = to_seconds(session.created_at),
                              .connected_at = to_seconds(session.connected_at),
                              .expires_at = to_seconds(session.expires_at),
                              .dies_at = to_seconds(session.dies_at),
                              .last_active = to_seconds(session.last_active),
                              .totals = session.totals,
                              .generation = session.generation,
                              .node = session.node,
                              .version = session.version});
}

Result<SessionRecord> decode_session(ByteView bytes) {
  if (bytes.size() > max_session_record) return fail(ErrorKind::malformed, "a session record is too large");
  const auto record = TRY(proto::decode<Record>(bytes));
  if ((record.ipv4 && !record.ipv4->is_v4()) || (record.ipv6 && !record.ipv6->is_v6()))
    return fail(ErrorKind::malformed, "a session record has an address of the wrong family");
  Session session{.id = record.id,
                  .token_hash = record.token_hash,
                  .user = record.user,
                  .connection_profile = record.connection_profile,
                  .policy = nullptr,
                  .ipv4 = record.ipv4,
                  .ipv6 = record.ipv6,
                  .user_agent = record.user_agent,
                  .hostname = record.hostname,
                  .remote = record.remote,
                  .created_at = from_seconds(record.created_at),
                  .connected_at = from_seconds(record.connected_at),
                  .expires_at = from_seconds(record.expires_at),
                  .dies_at = from_seconds(record.dies_at),
                  .last_active = from_seconds(record.last_active),
                  .totals = record.totals,
                  .generation = record.generation,
                  .node = record.node,
                  .version = record.version};
  return SessionRecord{std::move(session), record.policy};
}

Bytes encode_policy(const proto::GroupPolicy& policy) {
  return proto::encode(policy);
}

Result<proto::GroupPolicy> decode_policy(ByteView record) {
  if (record.size() > max_policy_record) return fail(ErrorKind::malformed, "a policy record is too large");
  return proto::decode<proto::GroupPolicy>(record);
}

}  // namespace sallyport::store
