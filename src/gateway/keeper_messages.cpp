#include "gateway/keeper_messages.hpp"

#include "proto/keeper_messages.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

proto::KeeperRequest to_message(const tls::KeyRequest& request) {
  return {request.id,
          static_cast<proto::KeeperOperation>(request.operation),
          request.key,
          static_cast<proto::KeeperPadding>(request.padding),
          request.salt_length,
          static_cast<proto::KeeperDigest>(request.digest),
          request.client_version,
          request.negotiated_version,
          request.input};
}

}  // namespace

bool send_request(int socket, const tls::KeyRequest& request) {
  return sys::send_message(socket, to_message(request).serialize()).has_value();
}

Result<tls::KeyAnswer> next_answer(int socket) {
  auto message = TRY(sys::receive_message(socket));
  auto answer = proto::KeeperAnswer::parse(message.bytes);
  wipe(message.bytes);  // it may hold a premaster secret
  if (!answer) return tl::unexpected(answer.error());
  return tls::KeyAnswer{answer->id, answer->ok, std::move(answer->output)};
}

}  // namespace sallyport::gateway
