#include "proto/config_auth.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::proto {

bool ClientInfo::has_capability(std::string_view method) const {
  return std::ranges::find(capabilities, method) != capabilities.end();
}

ClientInfo ClientInfo::read(const xml::Element& root) {
  ClientInfo info;
  info.aggregate_version = read_aggregate_version(root);
  info.version = root.child("version").token();
  const auto device = root.child("device-id");
  info.platform = device.token();
  info.computer_name = device.attribute_or_empty("computer-name");
  info.device_type = device.attribute_or_empty("device-type");
  info.platform_version = device.attribute_or_empty("platform-version");
  info.unique_id = device.attribute_or_empty("unique-id");
  info.unique_id_global = device.attribute_or_empty("unique-id-global");
  for (const auto& mac : root.child("mac-address-list").children("mac-address"))
    info.mac_addresses.push_back({mac.token(), mac.attribute("public-interface") == "true"});
  for (const auto& method : root.child("capabilities").children("auth-method"))
    info.capabilities.push_back(method.token());
  return info;
}

void ClientInfo::write(xml::Writer& out) const {
  using xml::unless_empty;
  out.leaf("version", version, {{"who", "vpn"}});
  out.leaf("device-id", platform,
           {{"computer-name", unless_empty(computer_name)},
            {"device-type", unless_empty(device_type)},
            {"platform-version", unless_empty(platform_version)},
            {"unique-id", unless_empty(unique_id)},
            {"unique-id-global", unless_empty(unique_id_global)}});
  if (!mac_addresses.empty()) {
    out.open("mac-address-list");
    for (const auto& mac : mac_addresses)
      out.leaf("mac-address", mac.address, {{"public-interface", mac.is_public ? "true" : "false"}});
    out.close();
  }
  if (!capabilities.empty()) {
    out.open("capabilities");
    for (const auto& method : capabilities) out.leaf("auth-method", method);
    out.close();
  }
}

void open_config_auth(xml::Writer& out, std::string_view type, int aggregate_version) {
  const auto version = std::to_string(aggregate_version);
  out.open("config-auth",
           {{"client", "vpn"},
            {"type", type},
            {"aggregate-auth-version",
             aggregate_version > 0 ? std::optional<std::string_view>(version) : std::nullopt}});
}

int read_aggregate_version(const xml::Element& root) {
  const auto number = parse_number(root.attribute_or_empty("aggregate-auth-version"), 99);
  return number ? static_cast<int>(*number) : 0;
}

Result<std::unique_ptr<xml::Document>> parse_config_auth(std::string_view body, std::string_view type) {
  auto document = TRY(xml::Document::parse(body));
  const auto root = TRY(document->root("config-auth"));
  if (root.attribute("type") != type)
    return fail(ErrorKind::malformed, "the message's type is not " + std::string(type));
  return document;
}

}  // namespace sallyport::proto
