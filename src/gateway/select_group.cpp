#include "gateway/select_group.hpp"

#include <chrono>

#include "gateway/login_form.hpp"
#include "proto/cookies.hpp"
#include "proto/opaque.hpp"
#include "proto/url.hpp"

namespace sallyport::gateway {

namespace {

constexpr auto cookie_name = "webvpncontext";

std::optional<store::Dialogue> find_login(const Caller& caller, const proto::HttpRequest& request,
                                          std::string_view opaque, store::DialogueStore::Time now) {
  const auto& dialogues = caller.services.dialogues;
  if (const auto header = request.headers.find("Cookie")) {
    const auto cookies = proto::parse_cookies(*header);
    const auto* key = proto::find_cookie(cookies, cookie_name);
    if (key != nullptr) {
      if (auto found = dialogues.find_by_key(key->reveal_text(), now)) return found;
    }
  }
  const auto parsed = proto::Opaque::parse(opaque);
  if (!parsed || parsed->handle.empty()) return std::nullopt;
  return dialogues.find_by_handle(parsed->handle, now);
}

}  // namespace

std::string login_cookie(const store::Dialogue& dialogue) {
  const proto::SetCookie cookie{.name = cookie_name,
                                .value = Secret(dialogue.key),
                                .path = "/",
                                .max_age = store::DialogueLimits{}.life};
  return cookie.serialize();
}

std::string forget_login_cookie() {
  return proto::SetCookie::forget(cookie_name).serialize();
}

store::Dialogue login_of(const Caller& caller, const proto::HttpRequest& request, std::string_view opaque) {
  const auto now = std::chrono::steady_clock::now();
  if (auto found = find_login(caller, request, opaque, now)) return *found;
  auto login = or_throw(caller.services.dialogues.begin(caller.peer.address, now));
  login.path = proto::route_path(request.target);
  return login;
}

proto::HttpReply login_in_use() {
  return unavailable("another request of this login is under way");
}

net::Task<proto::HttpReply> select_group(const Caller& caller, const proto::HttpRequest& request,
                                         Opening opening) {
  using flow::FieldName;
  const auto& host = caller.host();
  const auto& profile = choose_profile(host, request.target, opening.group_access, opening.group_select);

  auto login = login_of(caller, request, "");
  login.connection_profile = profile.name;
  login.path = proto::route_path(request.target);
  if (!caller.services.dialogues.save(login)) co_return login_in_use();

  caller.flow.record(flow::Event(caller.attempt, flow::Phase::select_group, flow::Step::finished)
                         .with(FieldName::peer, caller.peer.to_text())
                         .with(FieldName::connection_profile, profile.name));
  auto reply = form_reply(password_form(host, profile, login), opening.dialect);
  reply.headers.add("Set-Cookie", login_cookie(login));
  co_return reply;
}

}  // namespace sallyport::gateway
