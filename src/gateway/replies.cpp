#include "gateway/replies.hpp"

#include "proto/config_auth.hpp"

namespace sallyport::gateway {

namespace {

proto::HttpReply reply_with(int status, std::string_view phrase) {
  proto::HttpReply reply;
  reply.status = status;
  reply.reason = phrase;
  reply.headers.add("X-Transcend-Version", "1");
  reply.headers.add("Cache-Control", "no-store");
  reply.headers.add("X-Content-Type-Options", "nosniff");
  reply.headers.add("X-Frame-Options", "DENY");
  reply.headers.add("Strict-Transport-Security", "max-age=31536000");
  return reply;
}

template <class Message>
proto::HttpReply document(Message message, Dialect dialect) {
  auto reply = reply_with(200, "OK");
  reply.headers.add("Content-Type", "text/xml; charset=utf-8");
  if (dialect == Dialect::version_2) reply.headers.add("X-Aggregate-Auth", "1");
  message.aggregate_version = dialect == Dialect::version_2 ? proto::aggregate_version_2 : 0;
  reply.body = dialect == Dialect::version_1 ? message.serialize_v1() : message.serialize();
  return reply;
}

}  // namespace

proto::HttpReply unavailable(std::string_view why) {
  return refusal(503, "Service Unavailable", why);
}

proto::HttpReply refusal(int status, std::string_view reason_phrase, std::string_view why) {
  auto reply = reply_with(status, reason_phrase);
  reply.headers.add("Content-Type", "text/plain; charset=utf-8");
  reply.headers.add("X-Reason", why);
  reply.body = std::string(why) + "\n";
  return reply;
}

proto::HttpReply authentication_failed() {
  return reply_with(401, "Authentication failed");
}

Dialect dialect_of(int aggregate_version) {
  return aggregate_version == proto::aggregate_version_2 ? Dialect::version_2 : Dialect::without_version;
}

proto::HttpReply form_reply(proto::AuthForm form, Dialect dialect) {
  return document(std::move(form), dialect);
}

proto::HttpReply complete_reply(proto::AuthComplete complete, Dialect dialect) {
  return document(std::move(complete), dialect);
}

proto::HttpReply empty_reply() {
  return reply_with(200, "OK");
}

proto::HttpReply file_reply(std::string_view content_type, std::string_view content) {
  auto reply = reply_with(200, "OK");
  reply.headers.add("Content-Type", content_type);
  reply.body = content;
  return reply;
}

}  // namespace sallyport::gateway
