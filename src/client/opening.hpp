// How a login opens (phase 2), decided without asking anybody: with an init, or as version 1 has it where the
// gateway does not know version 2.
#pragma once

#include <optional>

#include "proto/http.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

// In the order they are tried; the last two are version 1's.
enum class OpeningRequest {
  init,        // <config-auth type="init">, with X-Aggregate-Auth
  empty_post,  // of nothing, without it
  get,
};

// Nothing after the last one.
std::optional<OpeningRequest> next_opening(OpeningRequest asked);

// What the answer means.
enum class OpeningOutcome {
  document,      // the gateway's form, or already its completion
  another_host,  // a redirect there: the login begins anew
  elsewhere,     // a redirect within the gateway, to be followed by GET
  next_request,  // it does not know this one
  refused,
};
OpeningOutcome judge_opening(OpeningRequest asked, const proto::HttpReply& reply, const proto::Url& url);

// The answer was a document: whether version 1 is spoken from here on. Once asked in it, a gateway is
// answered in it.
bool opens_version_1(OpeningRequest asked, const proto::HttpReply& reply);

}  // namespace sallyport::client
