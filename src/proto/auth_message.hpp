// Which message a body of phases 2 and 3 holds. Never decided by Content-Type: AnyConnect labels XML as a
// form.
#pragma once

#include <string_view>
#include <variant>

#include "proto/auth_complete.hpp"
#include "proto/auth_form.hpp"
#include "proto/auth_init.hpp"
#include "proto/auth_logout.hpp"
#include "proto/auth_reply.hpp"
#include "proto/form_reply.hpp"

namespace sallyport::proto {

using ClientMessage = std::variant<AuthInit, AuthReply, AuthLogout, FormReply>;
using GatewayMessage = std::variant<AuthForm, AuthComplete>;

// At the gateway: XML by its type, anything else as a version 1 form reply.
Result<ClientMessage> parse_client_message(std::string_view body);

// What a gateway's answer is by its root: <config-auth>, the bare <auth> of version 1, or nothing of ours.
enum class DocumentKind { none, version_1, version_2 };
DocumentKind document_kind(std::string_view body);

// At the client: <auth id="success"> completes, whatever the message's type says; versions 1 and 2.
Result<GatewayMessage> parse_gateway_message(std::string_view body);

}  // namespace sallyport::proto
