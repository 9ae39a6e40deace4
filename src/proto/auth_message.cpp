#include "proto/auth_message.hpp"

#include "base/text.hpp"
#include "proto/http.hpp"

namespace sallyport::proto {

Result<ClientMessage> parse_client_message(std::string_view body) {
  if (!is_xml_body(body)) return TRY(FormReply::parse(body));
  const auto document = TRY(xml::Document::parse(body));
  const auto type = TRY(document->root("config-auth")).attribute_or_empty("type");
  if (type == "init") return TRY(AuthInit::parse(body));
  if (type == "auth-reply") return TRY(AuthReply::parse(body));
  if (type == "logout") return TRY(AuthLogout::parse(body));
  return fail(ErrorKind::unsupported, "unknown message type \"" + escape_for_log(type) + '"');
}

DocumentKind document_kind(std::string_view body) {
  const auto document = xml::Document::parse(body);
  if (!document) return DocumentKind::none;
  const auto name = (*document)->root().name();
  if (name == "config-auth") return DocumentKind::version_2;
  return name == "auth" ? DocumentKind::version_1 : DocumentKind::none;
}

Result<GatewayMessage> parse_gateway_message(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  const auto root = document->root();
  if (root.name() == "auth") {
    if (root.attribute("id") == "success") return TRY(AuthComplete::parse_v1(body));
    return TRY(AuthForm::parse_v1(body));
  }
  if (root.child("auth").attribute("id") == "success") return TRY(AuthComplete::parse(body));
  return TRY(AuthForm::parse(body));
}

}  // namespace sallyport::proto
