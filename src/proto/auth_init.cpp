#include "proto/auth_init.hpp"

namespace sallyport::proto {

Result<AuthInit> AuthInit::parse(std::string_view body) {
  const auto document = TRY(parse_config_auth(body, "init"));
  const auto root = document->root();
  AuthInit init;
  init.client = ClientInfo::read(root);
  init.group_access = root.child("group-access").token();
  init.client_cert_fail = static_cast<bool>(root.child("client-cert-fail"));
  init.group_select = root.child("group-select").token();
  return init;
}

std::string AuthInit::serialize() const {
  xml::Writer out;
  open_config_auth(out, "init", client.aggregate_version);
  client.write(out);
  out.leaf("group-access", group_access);
  if (client_cert_fail) out.flag("client-cert-fail");
  out.leaf_unless_empty("group-select", group_select);
  return out.take();
}

}  // namespace sallyport::proto
