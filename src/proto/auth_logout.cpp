#include "proto/auth_logout.hpp"

namespace sallyport::proto {

Result<AuthLogout> AuthLogout::parse(std::string_view body) {
  const auto document = TRY(parse_config_auth(body, "logout"));
  const auto root = document->root();
  return AuthLogout{.client = ClientInfo::read(root),
                    .session_token = Secret(root.child("session-token").token())};
}

std::string AuthLogout::serialize() const {
  xml::Writer out;
  open_config_auth(out, "logout", client.aggregate_version);
  client.write(out);
  out.leaf("session-token", session_token.reveal_text());
  return out.take();
}

}  // namespace sallyport::proto
