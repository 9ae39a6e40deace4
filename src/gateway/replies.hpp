// The HTTP replies of phases 2 to 5.
#pragma once

#include <string>
#include <string_view>

#include "proto/auth_complete.hpp"
#include "proto/auth_form.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// A refusal: the reason stands in X-Reason, where clients of CONNECT look for it, and in the body.
proto::HttpReply refusal(int status, std::string_view reason_phrase, std::string_view why);
proto::HttpReply unavailable(std::string_view why);  // 503: worth another try later
// The login is over for good: clients stop asking on it.
proto::HttpReply authentication_failed();
// Which documents a client speaks. Version 1 has them bare and its answers url-encoded; a client that sends
// <config-auth> without a version gets it back without one.
enum class Dialect { version_1, version_2, without_version };
Dialect dialect_of(int aggregate_version);  // of a client's <config-auth>

// Documents of phases 2 and 3.
proto::HttpReply form_reply(proto::AuthForm form, Dialect dialect);
proto::HttpReply complete_reply(proto::AuthComplete complete, Dialect dialect);
proto::HttpReply empty_reply();
// What a downloader of phase 4 asked for.
proto::HttpReply file_reply(std::string_view content_type, std::string_view content);

}  // namespace sallyport::gateway
