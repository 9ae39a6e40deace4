#include "gateway/login_form.hpp"

#include <algorithm>

#include "proto/opaque.hpp"
#include "proto/url.hpp"

namespace sallyport::gateway {

namespace {

using proto::AuthMethod;
using Type = proto::AuthField::Type;

const proto::ConnectionProfile* profile_of_alias(const proto::VirtualHost& host, std::string_view alias) {
  if (alias.empty()) return nullptr;
  const auto found =
      std::ranges::find(host.connection_profiles, alias, &proto::ConnectionProfile::group_alias);
  return found == host.connection_profiles.end() ? nullptr : &*found;
}

// ASA's mark for groups that ask for no name and no password.
bool wants_certificate_only(const proto::ConnectionProfile& profile) {
  return profile.methods == std::vector{AuthMethod::certificate};
}

// The aliases, the selected one first and marked.
proto::AuthField group_list(const proto::VirtualHost& host, const proto::ConnectionProfile& selected) {
  proto::AuthField list{.type = Type::select, .name = std::string(proto::group_field), .label = "GROUP:"};
  for (const auto& profile : host.connection_profiles) {
    if (profile.group_alias.empty()) continue;
    list.options.push_back({.value = profile.group_alias,
                            .label = profile.group_alias,
                            .no_aaa = wants_certificate_only(profile)});
  }
  if (!selected.group_alias.empty()) list.select(selected.group_alias);
  return list;
}

std::string opaque_of(const proto::ConnectionProfile& profile, const store::Dialogue& login) {
  return proto::Opaque{
      .tunnel_group = profile.name, .handle = login.handle, .group_alias = profile.group_alias}
      .serialize();
}

void ask_password(proto::AuthForm& form) {
  form.message.text = "Please enter your username and password.";
  form.fields.push_back({.type = Type::text, .name = "username", .label = "Username:"});
  form.fields.push_back({.type = Type::password, .name = "password", .label = "Password:"});
}

// The id and the name of the field are those that software tokens look for.
void ask_one_time_password(proto::AuthForm& form) {
  form.id = "challenge";
  form.message.text = "Please enter your one-time password.";
  form.fields.push_back(
      {.type = Type::password, .name = std::string(proto::otp_field), .label = "One-time password:"});
}

// Without questions.
proto::AuthForm empty_form(const proto::ConnectionProfile& profile, const store::Dialogue& login) {
  proto::AuthForm form;
  form.opaque = opaque_of(profile, login);
  form.id = "main";
  form.title = "Login";
  form.action = login.path;
  return form;
}

bool answered_a_form(const store::Dialogue& login) {
  return login.proven.contains(AuthMethod::password) || login.proven.contains(AuthMethod::otp);
}

void add_groups(proto::AuthForm& form, const proto::VirtualHost& host,
                const proto::ConnectionProfile& profile, const store::Dialogue& login) {
  const bool has_aliases = std::ranges::any_of(host.connection_profiles,
                                               [](const auto& each) { return !each.group_alias.empty(); });
  if (!has_aliases || profile_of_url(host, login.path) != nullptr || answered_a_form(login)) return;
  form.fields.push_back(group_list(host, profile));
}

}  // namespace

const proto::ConnectionProfile* profile_of_url(const proto::VirtualHost& host, std::string_view target) {
  const auto path = proto::route_path(target);
  for (const auto& profile : host.connection_profiles) {
    if (std::ranges::find(profile.group_urls, path) != profile.group_urls.end()) return &profile;
  }
  return nullptr;
}

const proto::ConnectionProfile* chosen_profile(const proto::VirtualHost& host, std::string_view target,
                                               std::string_view group_access, std::string_view group_select) {
  if (const auto* profile = profile_of_url(host, target)) return profile;
  if (const auto url = proto::Url::parse(group_access)) {
    if (const auto* profile = profile_of_url(host, url->path)) return profile;
  }
  return profile_of_alias(host, group_select);
}

std::string login_path(const proto::VirtualHost& host, std::string_view target,
                       std::string_view group_access) {
  if (profile_of_url(host, target) == nullptr) {
    const auto url = proto::Url::parse(group_access);
    if (url && profile_of_url(host, url->path) != nullptr) return std::string(proto::route_path(url->path));
  }
  return std::string(proto::route_path(target));
}

bool offers_groups(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                   const store::Dialogue& login) {
  const bool has_others = std::ranges::any_of(host.connection_profiles, [&profile](const auto& each) {
    return !each.group_alias.empty() && each.name != profile.name;
  });
  return has_others && profile_of_url(host, login.path) == nullptr;
}

proto::AuthForm form_for(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                         const store::Dialogue& login) {
  auto form = empty_form(profile, login);
  form.has_form = true;
  const auto next = next_method(profile, login);
  if (next == AuthMethod::password) ask_password(form);
  if (next == AuthMethod::otp) ask_one_time_password(form);
  if (!next) form.message.text = "Please choose your group.";
  add_groups(form, host, profile, login);
  return form;
}

proto::AuthForm certificate_request(const proto::ConnectionProfile& profile, const store::Dialogue& login) {
  proto::AuthForm form;
  form.opaque = opaque_of(profile, login);
  form.id.clear();
  form.client_cert_request = true;
  return form;
}

proto::AuthForm certificate_refusal(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                                    const store::Dialogue& login, std::string_view why) {
  auto form = empty_form(profile, login);
  form.error = proto::Notice{.text = "Certificate Validation Failure: " + std::string(why) + '.'};
  form.has_form = offers_groups(host, profile, login);
  if (form.has_form) add_groups(form, host, profile, login);
  return form;
}

proto::AuthForm session_limit_refusal(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                                      const store::Dialogue& login) {
  auto form = form_for(host, profile, login);
  // A form without a question would be answered at once, and refused again.
  form.has_form = next_method(profile, login) || offers_groups(host, profile, login);
  form.error = proto::Notice{.text =
                                 "Your other sessions are in use, and you may have no more of them. End one "
                                 "and log in again."};
  return form;
}

}  // namespace sallyport::gateway
