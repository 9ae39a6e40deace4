#include "gateway/download.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "gateway/live_session.hpp"
#include "gateway/replies.hpp"
#include "proto/downloader_urls.hpp"
#include "proto/form_encoding.hpp"

namespace sallyport::gateway {

namespace {

using flow::FieldName;

constexpr int not_found_status = 404;
// A client asks within seconds of its login, and an operator reloads now and then.
constexpr std::size_t most_profiles_kept = 16;
constexpr std::string_view folder = "profiles/";

// Never a redirect and never 401: AnyConnect takes both for a login that it has to repeat.
proto::HttpReply not_found() {
  auto reply = refusal(not_found_status, "Not Found", "there is no such file here");
  reply.headers.add("Connection", "close");
  return reply;
}

std::string path_of(const proto::GroupPolicy& policy) {
  return std::string(folder) + proto::percent_encode(policy.client_profile);
}

net::Task<std::optional<store::Session>> session_of(const Caller& caller, const proto::HttpRequest& request) {
  const auto header = request.headers.find("Cookie");
  if (!header) co_return std::nullopt;
  const auto cookies = proto::parse_cookies(*header);
  const auto* token = proto::find_cookie(cookies, "webvpn");
  if (token == nullptr) co_return std::nullopt;
  auto session = co_await live_session(caller, *token);
  co_return session;
}

// Absolute names are asked for too ("/profiles//etc/acme/corp.xml", where a gateway announces so): only the
// whole name counts here, and it is compared, never opened.
net::Task<proto::HttpReply> profile(const Caller& caller, const proto::HttpRequest& request,
                                    const std::string& name) {
  const auto session = co_await session_of(caller, request);
  if (!session) co_return unavailable("a client profile needs the cookie of a session");
  const auto& policy = store::policy_of(*session);
  if (policy.client_profile.empty() || name != policy.client_profile) co_return not_found();
  const auto* file = caller.host().client_profile(policy);
  // The gateway was started anew with another file between this login and now: what was announced is gone.
  if (file == nullptr) co_return unavailable("the client profile has changed since the login: log in again");
  if (request.method == "GET") {
    log::notice("client profile sent", {caller.log_attempt(),
                                        {"user", session->user},
                                        {"session", static_cast<std::int64_t>(session->id)},
                                        {"peer", caller.peer.to_text()},
                                        {"profile", file->name}});
    caller.flow.record(caller.event(flow::Phase::download, flow::Step::finished)
                           .with(FieldName::session, static_cast<std::int64_t>(session->id))
                           .with(FieldName::user, session->user)
                           .with(FieldName::profile, file->name)
                           .with(FieldName::bytes, std::ssize(file->content)));
  }
  co_return file_reply("text/xml", file->content);
}

}  // namespace

net::Task<proto::HttpReply> download(const Caller& caller, const proto::HttpRequest& request) {
  proto::HttpReply reply;
  if (const auto answer = proto::downloader_answer(request.target)) {
    reply = file_reply(answer->content_type, answer->body);
  } else if (const auto name = proto::requested_profile(request.target)) {
    reply = co_await profile(caller, request, *name);
  } else {
    reply = not_found();
  }
  co_return reply;
}

void announce_downloads(const proto::GroupPolicy& policy, proto::AuthComplete& complete) {
  // Where proto::downloader_answer() has an empty list of packages, as the document has: there is nothing to
  // install.
  complete.base_package_uri = "/1";
  if (policy.client_profile.empty()) return;
  complete.profiles.files.push_back(proto::profile_entry('/' + path_of(policy), policy.client_profile_hash));
}

void announce_downloads(const proto::GroupPolicy& policy, proto::ConfigCookie& cookie) {
  if (policy.client_profile.empty()) return;
  cookie.profile_path = path_of(policy);
  cookie.profile_hash = policy.client_profile_hash;
}

void keep_earlier_profiles(const proto::VirtualHost& before, proto::VirtualHost& next) {
  auto& kept = next.client_profiles;
  const auto room = kept.size() + most_profiles_kept;
  for (const auto& file : before.client_profiles) {
    const bool is_there = std::ranges::find_if(kept, [&](const proto::ClientProfileFile& one) {
                            return one.name == file.name && one.hash == file.hash;
                          }) != kept.end();
    if (!is_there && kept.size() < room) kept.push_back(file);
  }
}

}  // namespace sallyport::gateway
