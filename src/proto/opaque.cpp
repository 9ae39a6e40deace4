#include "proto/opaque.hpp"

#include "proto/xml.hpp"

namespace sallyport::proto {

Result<Opaque> Opaque::parse(std::string_view element) {
  const auto document = TRY(xml::Document::parse(element));
  const auto root = TRY(document->root("opaque"));
  Opaque opaque;
  opaque.tunnel_group = root.child("tunnel-group").token();
  opaque.handle = root.child("aggauth-handle").token();
  for (const auto& method : root.children("auth-method")) opaque.auth_methods.push_back(method.token());
  opaque.group_alias = root.child("group-alias").token();
  opaque.config_hash = root.child("config-hash").token();
  return opaque;
}

std::string Opaque::serialize() const {
  auto out = xml::Writer::fragment();
  out.open("opaque", {{"is-for", "sg"}});
  out.leaf_unless_empty("tunnel-group", tunnel_group).leaf_unless_empty("aggauth-handle", handle);
  for (const auto& method : auth_methods) out.leaf("auth-method", method);
  out.leaf_unless_empty("group-alias", group_alias).leaf_unless_empty("config-hash", config_hash);
  return out.take();
}

}  // namespace sallyport::proto
