#include "client/opening.hpp"

#include <algorithm>
#include <array>

#include "client/http_session.hpp"
#include "proto/auth_message.hpp"

namespace sallyport::client {

namespace {

// What gateways and web servers say to a POST, or to a body, that they do not know. 401, 403 and 5xx are
// answers to the login.
bool does_not_know(int status) {
  constexpr std::array answers{400, 404, 405, 411, 415, 501};
  return std::ranges::find(answers, status) != answers.end();
}

}  // namespace

std::optional<OpeningRequest> next_opening(OpeningRequest asked) {
  switch (asked) {
    case OpeningRequest::init:
      return OpeningRequest::empty_post;
    case OpeningRequest::empty_post:
      return OpeningRequest::get;
    case OpeningRequest::get:
      break;
  }
  return std::nullopt;
}

OpeningOutcome judge_opening(OpeningRequest asked, const proto::HttpReply& reply, const proto::Url& url) {
  const bool last = !next_opening(asked);
  if (const auto location = redirect_of(reply)) {
    const auto target = url.join(*location);
    if (!target) return OpeningOutcome::refused;
    if (!target->same_host(url)) return OpeningOutcome::another_host;
    // A page for browsers; openconnect, too, takes it for a sign of version 1.
    return last ? OpeningOutcome::elsewhere : OpeningOutcome::next_request;
  }
  if (reply.status == 200 && proto::document_kind(reply.body) != proto::DocumentKind::none) {
    return OpeningOutcome::document;
  }
  const bool unknown = reply.status == 200 || does_not_know(reply.status);
  return unknown && !last ? OpeningOutcome::next_request : OpeningOutcome::refused;
}

bool opens_version_1(OpeningRequest asked, const proto::HttpReply& reply) {
  return asked != OpeningRequest::init || proto::document_kind(reply.body) == proto::DocumentKind::version_1;
}

}  // namespace sallyport::client
