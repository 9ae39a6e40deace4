#include "gateway/select_group.hpp"

#include "gateway/login.hpp"
#include "gateway/login_form.hpp"
#include "gateway/new_session.hpp"
#include "proto/user_agent.hpp"

namespace sallyport::gateway {

namespace {

// A browser that has the certificate is no VPN client: a page that it opens begins no session.
bool only_looks(const proto::HttpRequest& request) {
  if (request.method == "POST") return false;
  const auto agent = proto::classify_user_agent(request.headers.find("User-Agent").value_or(""));
  return request.method == "HEAD" || agent == proto::UserAgent::unknown;
}

}  // namespace

net::Task<proto::HttpReply> select_group(const Caller& caller, const proto::HttpRequest& request,
                                         Opening opening) {
  using flow::FieldName;
  const auto& host = caller.host();
  const auto* chosen = chosen_profile(host, request.target, opening.group_access, opening.group_select);
  const auto& profile = chosen == nullptr ? *host.profile(host.default_profile) : *chosen;

  auto login = login_of(caller, request, "", flow::Phase::select_group);
  login.path = login_path(host, request.target, opening.group_access);
  begin_rounds(login, profile, caller.settings->generation);
  const auto certificate = take_certificate(login, profile, caller.certificate);
  if (!caller.services.dialogues.save(login)) co_return login_in_use();

  caller.flow.record(login_event(caller, flow::Phase::select_group, flow::Step::finished, login)
                         .with(FieldName::connection_profile, profile.name));
  if (login.proven.contains(proto::AuthMethod::certificate)) {
    record_accepted(caller, login, proto::AuthMethod::certificate);
  }
  if (!certificate) {
    const bool may_come_back = opening.dialect != Dialect::version_1 && !opening.certificate_failed &&
                               !caller.certificate.was_presented();
    if (may_come_back)
      co_return next_form(caller, certificate_request(profile, login), login, opening.dialect);
    log_refusal(caller, login, "", certificate.error().text);
    caller.flow.record(login_event(caller, flow::Phase::authenticate, flow::Step::refused, login)
                           .with(FieldName::reason, certificate.error().text));
    auto form = certificate_refusal(host, profile, login, certificate.error().text);
    co_return next_form(caller, std::move(form), login, opening.dialect);
  }
  const bool decided = chosen != nullptr || !offers_groups(host, profile, login);
  if (decided && !only_looks(request) && !next_method(profile, login)) {
    auto reply = co_await new_session(caller, request, profile, std::move(login), opening.dialect);
    co_return reply;
  }
  co_return next_form(caller, form_for(host, profile, login), login, opening.dialect);
}

}  // namespace sallyport::gateway
