#include "proto/manifest.hpp"

#include <algorithm>

#include "proto/xml.hpp"

namespace sallyport::proto {

bool ManifestFile::is_user_profile() const {
  return type == "profile" && (service_type.empty() || service_type == "user");
}

Result<Manifest> Manifest::parse(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  return read(TRY(document->root("vpn")));
}

std::string Manifest::serialize() const {
  xml::Writer out;
  write(out);
  return out.take();
}

Manifest Manifest::read(const xml::Element& vpn) {
  Manifest manifest;
  for (const auto& element : vpn.children("file")) {
    const auto hash = element.child("hash");
    manifest.files.push_back({.type = element.attribute_or_empty("type"),
                              .service_type = element.attribute_or_empty("service-type"),
                              .id = element.attribute_or_empty("id"),
                              .version = element.attribute_or_empty("version"),
                              .is_core = element.attribute_or_empty("is_core"),
                              .action = element.attribute_or_empty("action"),
                              .os = element.attribute_or_empty("os"),
                              .module = element.attribute_or_empty("module"),
                              .lang = element.attribute_or_empty("lang"),
                              .uri = element.child("uri").token(),
                              .hash_type = hash.attribute_or_empty("type"),
                              .hash = hash.token(),
                              .display_name = element.child("display-name").token()});
  }
  return manifest;
}

void Manifest::write(xml::Writer& out) const {
  using xml::unless_empty;
  out.open("vpn", {{"rev", "1.0"}});
  for (const auto& file : files) {
    out.open("file", {{"version", unless_empty(file.version)},
                      {"id", unless_empty(file.id)},
                      {"is_core", unless_empty(file.is_core)},
                      {"type", unless_empty(file.type)},
                      {"service-type", unless_empty(file.service_type)},
                      {"action", unless_empty(file.action)},
                      {"os", unless_empty(file.os)},
                      {"module", unless_empty(file.module)},
                      {"lang", unless_empty(file.lang)}});
    out.leaf("uri", file.uri);
    if (!file.hash.empty() || !file.hash_type.empty())
      out.leaf("hash", file.hash, {{"type", unless_empty(file.hash_type)}});
    out.leaf_unless_empty("display-name", file.display_name);
    out.close();
  }
  out.close();
}

ManifestFile profile_entry(std::string_view uri, std::string_view sha1) {
  return {.type = "profile",
          .service_type = "user",
          .uri = std::string(uri),
          .hash_type = "sha1",
          .hash = std::string(sha1)};
}

std::string download_path(std::string_view base_package_uri, std::string_view uri) {
  if (uri.starts_with('/')) return std::string(uri);
  while (base_package_uri.ends_with('/')) base_package_uri.remove_suffix(1);
  return std::string(base_package_uri) + '/' + std::string(uri);
}

}  // namespace sallyport::proto
