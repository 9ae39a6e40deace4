#include "proto/auth_complete.hpp"

namespace sallyport::proto {

namespace {

constexpr std::string_view success = "success";

Result<void> read_auth(AuthComplete& complete, const xml::Element& auth) {
  if (auth.attribute("id") != success)
    return fail(ErrorKind::malformed, "the gateway's answer has no <auth id=\"success\">");
  complete.title = auth.child("title").text();
  complete.banner = Notice::read(auth.child("banner"));
  complete.message = Notice::read(auth.child("message"));
  return {};
}

void write_auth(xml::Writer& out, const AuthComplete& complete) {
  out.open("auth", {{"id", success}});
  out.leaf_unless_empty("title", complete.title);
  if (!complete.banner.empty()) complete.banner.write(out, "banner");
  if (!complete.message.empty()) complete.message.write(out, "message");
  out.close();
}

void read_config(AuthComplete& complete, const xml::Element& config) {
  const auto base = config.child("vpn-base-config");
  complete.base_package_uri = base.child("base-package-uri").token();
  complete.server_cert_hash = base.child("server-cert-hash").token();
  const auto opaque = config.child("opaque");
  for (const auto& attribute : opaque.child("custom-attr").children())
    complete.custom_attributes.push_back({attribute.name(), attribute.token()});
  // ASA puts it into the opaque, others beside it.
  const auto inner = opaque.child("vpn-core-manifest");
  complete.core = Manifest::read((inner ? inner : config.child("vpn-core-manifest")).child("vpn"));
  complete.profiles = Manifest::read(config.child("vpn-profile-manifest").child("vpn"));
}

void write_config(xml::Writer& out, const AuthComplete& complete) {
  out.open("config", {{"client", "vpn"}, {"type", "private"}});
  out.open("vpn-base-config");
  out.leaf_unless_empty("base-package-uri", complete.base_package_uri);
  out.leaf_unless_empty("server-cert-hash", complete.server_cert_hash);
  out.close();
  out.open("opaque", {{"is-for", "vpn-client"}});
  if (!complete.custom_attributes.empty()) {
    out.open("custom-attr");
    for (const auto& [name, value] : complete.custom_attributes) {
      if (xml::is_name(name)) out.leaf(name, value);
    }
    out.close();
  }
  // Who names a base for packages says which there are, even if that is none.
  if (!complete.core.files.empty() || !complete.base_package_uri.empty()) {
    out.open("vpn-core-manifest");
    complete.core.write(out);
    out.close();
  }
  out.close();
  if (!complete.profiles.files.empty()) {
    out.open("vpn-profile-manifest");
    complete.profiles.write(out);
    out.close();
  }
  out.close();
}

}  // namespace

Result<AuthComplete> AuthComplete::parse(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  const auto root = TRY(document->root("config-auth"));
  AuthComplete complete;
  complete.aggregate_version = read_aggregate_version(root);
  TRY(read_auth(complete, root.child("auth")));
  complete.session_id = root.child("session-id").token();
  complete.session_token = Secret(root.child("session-token").token());
  for (const auto& crypto : root.child("capabilities").children("crypto-supported"))
    complete.crypto_supported.push_back(crypto.token());
  read_config(complete, root.child("config"));
  return complete;
}

std::string AuthComplete::serialize() const {
  xml::Writer out;
  open_config_auth(out, "complete", aggregate_version);
  out.leaf_unless_empty("session-id", session_id);
  out.leaf_unless_empty("session-token", session_token.reveal_text());
  write_auth(out, *this);
  if (!crypto_supported.empty()) {
    out.open("capabilities");
    for (const auto& crypto : crypto_supported) out.leaf("crypto-supported", crypto);
    out.close();
  }
  write_config(out, *this);
  return out.take();
}

Result<AuthComplete> AuthComplete::parse_v1(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  AuthComplete complete;
  complete.aggregate_version = 0;
  TRY(read_auth(complete, TRY(document->root("auth"))));
  return complete;
}

std::string AuthComplete::serialize_v1() const {
  xml::Writer out;
  write_auth(out, *this);
  return out.take();
}

}  // namespace sallyport::proto
