#include "gateway/login_form.hpp"

#include <algorithm>

#include "proto/opaque.hpp"
#include "proto/url.hpp"

namespace sallyport::gateway {

namespace {

const proto::ConnectionProfile* profile_of_alias(const proto::VirtualHost& host, std::string_view alias) {
  if (alias.empty()) return nullptr;
  const auto found =
      std::ranges::find(host.connection_profiles, alias, &proto::ConnectionProfile::group_alias);
  return found == host.connection_profiles.end() ? nullptr : &*found;
}

// The aliases, the selected one first and marked.
std::optional<proto::AuthField> group_list(const proto::VirtualHost& host,
                                           const proto::ConnectionProfile& selected) {
  proto::AuthField list{.type = proto::AuthField::Type::select, .name = "group_list", .label = "GROUP:"};
  for (const auto& profile : host.connection_profiles) {
    if (profile.group_alias.empty()) continue;
    list.options.push_back({.value = profile.group_alias, .label = profile.group_alias});
  }
  if (list.options.empty()) return std::nullopt;
  if (!selected.group_alias.empty()) list.select(selected.group_alias);
  return list;
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

const proto::ConnectionProfile& choose_profile(const proto::VirtualHost& host, std::string_view target,
                                               std::string_view group_access, std::string_view group_select) {
  const auto* chosen = chosen_profile(host, target, group_access, group_select);
  return chosen == nullptr ? *host.profile(host.default_profile) : *chosen;
}

proto::AuthForm password_form(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                              const store::Dialogue& dialogue) {
  using Type = proto::AuthField::Type;
  proto::AuthForm form;
  const proto::Opaque opaque{
      .tunnel_group = profile.name, .handle = dialogue.handle, .group_alias = profile.group_alias};
  form.opaque = opaque.serialize();
  form.id = "main";
  form.title = "Login";
  form.message.text = "Please enter your username and password.";
  form.has_form = true;
  form.action = dialogue.path;
  form.fields.push_back({.type = Type::text, .name = "username", .label = "Username:"});
  form.fields.push_back({.type = Type::password, .name = "password", .label = "Password:"});
  if (profile_of_url(host, dialogue.path) == nullptr) {
    if (auto list = group_list(host, profile)) form.fields.push_back(std::move(*list));
  }
  return form;
}

}  // namespace sallyport::gateway
